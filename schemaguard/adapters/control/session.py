"""A session with the control schema: one connection that is opened again when it is lost, and the lock of operations.

What is asked and written goes through it in transactions that are retried as a whole; the driver's errors become ours.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Self, TypeVar

import psycopg

from schemaguard.adapters.control import fence, journal
from schemaguard.adapters.control.failing import our_error
from schemaguard.adapters.postgres import connection as postgres
from schemaguard.adapters.postgres.standby import StandbyPatience, timeline
from schemaguard.errors import ConflictError, DatabaseError

T = TypeVar("T")
Row = tuple[Any, ...]
AWAY_S = 30.0
"""How long a lost database is waited for: a standby that takes over needs some seconds."""


class ControlSession:
    """One connection to the database that is migrated, for one operator."""

    def __init__(self, url: str, *, lock_wait_s: float = 2.0, read_only: bool = False) -> None:
        self._url = url
        self._lock_wait_s = lock_wait_s
        self._is_locked = False
        self._is_read_only = read_only
        self._patience = StandbyPatience()
        self._connection = postgres.connect(url, read_only=read_only)
        self._timeline: int | None = None
        try:
            self._read(journal.require_control_schema)
        except DatabaseError:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def connection(self) -> "psycopg.Connection[Row]":
        """The connection, for reading."""
        return self._connection

    def ask(self, act: Callable[["psycopg.Connection[Row]"], T]) -> T:
        """What an act finds out or keeps, in transactions of its own; the driver's errors become ours."""
        return self._read(act)

    def change(self, act: Callable[["psycopg.Connection[Row]"], T]) -> T:
        """What an act writes, in one transaction; the driver's errors become ours."""
        return self._write(act)

    def clock(self) -> datetime:
        """The server's time."""
        row = self._read(lambda c: c.execute("select clock_timestamp()").fetchone())
        assert row is not None
        return row[0]  # type: ignore[no-any-return]  # what the server says has no type

    def lock(self) -> None:
        """Take the lock that migrations and operations exclude each other with, by polling."""
        if self._is_locked:
            return
        if not postgres.take_lock(self._connection, wait_s=self._lock_wait_s):
            self._say_who_is_open()
            raise ConflictError(
                "another operation or a migration is running on this database",
                next="wait until it has ended, look at schemaguard status, then decide again",
            )
        self._is_locked = True
        if self._timeline is None:
            self._timeline = self._read(timeline)

    def unlock(self) -> None:
        """Give the lock back before the connection ends."""
        was_locked, self._is_locked = self._is_locked, False
        if was_locked:
            self._read(lambda c: c.execute("select pg_advisory_unlock(%s)", (postgres.LOCK_KEY,)))

    def _say_who_is_open(self) -> None:
        found = self._read(lambda c: journal.read_operation(c, None))
        if found is not None:
            raise journal.conflict(found)

    def reconnect(self) -> str:
        """Open the connection again after it was lost, lock included; which server it is now, where it is another.

        A standby that takes over is waited for. DatabaseError where nobody answers in time.
        """
        self._connection.close()
        self._connection = postgres.connect_again(self._url, within_s=AWAY_S, read_only=self._is_read_only)
        self._patience = StandbyPatience()
        was_locked, self._is_locked = self._is_locked, False
        if was_locked:
            self.lock()
        before, self._timeline = self._timeline, self._read(timeline)
        if before is None or self._timeline in (None, before):
            return ""
        return f"a standby has taken over (timeline {before} → {self._timeline})"

    def _snapshot(self, act: Callable[["psycopg.Connection[Row]"], T]) -> T:
        def read(connection: "psycopg.Connection[Row]") -> T:
            with connection.transaction():
                connection.execute("set transaction isolation level repeatable read, read only")
                return act(connection)

        return self._read(read)

    def _read(self, act: Callable[["psycopg.Connection[Row]"], T]) -> T:
        try:
            return act(self._connection)
        except psycopg.Error as error:
            raise self._as_our_error(error) from error

    def _write(self, act: Callable[["psycopg.Connection[Row]"], T]) -> T:
        try:
            return postgres.in_transaction(self._connection, act, self._patience)
        except psycopg.Error as error:
            raise self._as_our_error(error) from error

    def _strongly(
        self,
        act: Callable[["psycopg.Connection[Row]"], tuple[T, Iterable[str]]],
        *,
        longest_ms: int | None = None,
    ) -> T:
        """What `act` answers first; the statements that it answers next are one query, fenced and promised."""

        def fenced(connection: "psycopg.Connection[Row]") -> tuple[T, Iterable[str]]:
            done, statements = act(connection)
            allowed = (fence.ALLOW_OPERATION,) if fence.is_there(connection) else ()
            return done, (*allowed, *statements, *fence.promising(connection))

        try:
            return postgres.in_one_query(self._connection, fenced, longest_ms=longest_ms)
        except psycopg.Error as error:
            from schemaguard.adapters.control.retirement import refusal

            raise refusal(error, "what comes back") or self._as_our_error(error) from error

    def _as_our_error(self, error: psycopg.Error) -> DatabaseError:
        """The driver's error as one of ours, with what to do next."""
        return our_error(error, self._connection, self._url, is_read_only=self._is_read_only)
