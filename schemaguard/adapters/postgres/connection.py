"""PostgreSQL: connecting with clear errors, whole transactions that are retried, and the lock that is polled for."""

import random
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any, TypeVar

import psycopg

from schemaguard.adapters.postgres.address import libpq_url, network_limits, place, without_secrets
from schemaguard.adapters.postgres.standby import StandbyPatience
from schemaguard.errors import DatabaseError, UnreachableError

__all__ = [
    "ATTEMPTS",
    "CONNECT_TIMEOUT_S",
    "LOCK_KEY",
    "LOCK_TIMEOUT_MS",
    "RETRIED",
    "Connection",
    "begun",
    "connect",
    "first_line",
    "in_one_query",
    "in_transaction",
    "longest_transaction",
    "place",
    "take_lock",
]

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]

CONNECT_TIMEOUT_S = 5
LOCK_TIMEOUT_MS = 50
_AGAIN_S = 0.2
IDLE_TIMEOUT_MS = 2000
ATTEMPTS = 40
_LONGEST_PAUSE_S = 0.5
LOCK_KEY = 0x5C4E4D41
"""The advisory lock that migrations and operations exclude each other with."""

_BEGIN = """\
select current_setting('synchronous_standby_names') <> '' from set_config('lock_timeout', %s, true)"""
_LONGEST = """\
select pid, usename, application_name, extract(epoch from now() - xact_start)::int, left(query, 120)
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
order by xact_start limit 1"""

# lock_not_available, deadlock_detected, serialization_failure: nothing was done, the whole transaction may run again.
RETRIED = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def connect(url: str, *, application: str = "schemaguard", read_only: bool = False) -> Connection:
    """An autocommit connection whose statements end soon after their client does; DatabaseError where there is none.

    The URL may name a driver of SQLAlchemy's. ConfigError where it can't be read. `read_only`: the server refuses
    whatever would change something.
    """
    address = libpq_url(url)
    try:
        connection = psycopg.connect(
            address,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name=application,
            **network_limits(address),
        )
        # A killed client's statement would go on and commit.
        connection.execute("set client_connection_check_interval = '200ms'")
        connection.execute("set idle_in_transaction_session_timeout = '60s'")
        if read_only:
            connection.execute("set default_transaction_read_only = on")
    except psycopg.Error as error:
        raise UnreachableError(
            f"cannot reach the database: {without_secrets(_reason(error), url)}",
            at=place(url),
            next="check that it is running and that SCHEMAGUARD_DATABASE_URL is right",
        ) from error
    return connection


def connect_again(url: str, *, within_s: float, read_only: bool = False) -> Connection:
    """A connection to where writes are taken, tried until then: a standby needs a moment to take over.

    DatabaseError where there is none in time, with what was found last.
    """
    until = time.monotonic() + within_s
    while True:
        try:
            connection = connect(url, read_only=read_only)
            if read_only or not _is_standby(connection):
                return connection
            connection.close()
            raise DatabaseError(
                "the database is a standby, which takes no writes",
                at=place(url),
                next="promote it, or name the primary: postgresql://a,b/database?target_session_attrs=read-write",
            )
        except DatabaseError:
            if time.monotonic() >= until:
                raise
            time.sleep(_AGAIN_S)


def _is_standby(connection: Connection) -> bool:
    try:
        row = connection.execute("select pg_is_in_recovery()").fetchone()
    except psycopg.Error:
        # It went away again: whoever uses it will see.
        return False
    return row == (True,)


def _reason(error: psycopg.Error) -> str:
    """Why there is no connection: what the server said, or the network, without libpq's account of where it tried."""
    said = first_line(error)
    if "session is read-only" in said or "server is in hot standby mode" in said:
        return "none of its hosts takes writes: each that answers is a standby"
    if "timeout expired" in said:
        return f"it did not answer within {CONNECT_TIMEOUT_S} s"
    if "failed to resolve host" in said:
        return "its host name can't be resolved"
    said = said.rpartition(" failed: ")[2].removeprefix("connection failed: ")
    return said.removeprefix("FATAL:").strip()


def first_line(error: BaseException) -> str:
    """The first line of what the server or driver said."""
    return str(error).strip().partition("\n")[0] or type(error).__name__


def in_transaction(
    connection: Connection, act: Callable[[Connection], T], patience: StandbyPatience | None = None
) -> T:
    """What `act` answers, in one transaction with a short lock_timeout.

    The unit of retry is the whole transaction: retrying a statement would hold the locks taken before it. `act` may
    therefore run several times, and everything it does must be on this connection. `patience` bounds how long COMMIT
    waits for a synchronous standby.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with ExitStack() as after_commit, connection.transaction():
                row = connection.execute(_BEGIN, (f"{LOCK_TIMEOUT_MS}ms",)).fetchone()
                answer = act(connection)
                if row == (True,) and patience is not None and not patience.is_over:
                    after_commit.enter_context(patience.waiting(connection)).start()
                return answer
        except RETRIED:
            if attempt == ATTEMPTS or connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                raise
            _pause(attempt)
    raise AssertionError


def in_one_query(
    connection: Connection, act: Callable[[Connection], tuple[T, Iterable[str]]], *, longest_ms: int | None = None
) -> T:
    """What `act` answers first, with the statements that it answers next carried out as one query, COMMIT included.

    `act` itself takes no lock that readers would wait for: those are taken, used and given back by the server alone,
    however far away or stopped whoever asks is. `longest_ms` bounds each statement. Retried as a whole.

    It waits for no standby, as that couldn't be told from a statement that lasts: what COMMITs later and is confirmed
    by a standby confirms this as well.
    """

    def carry_out(connection: Connection) -> T:
        value, statements = act(connection)
        limits = _limits(connection, longest_ms)
        connection.execute(";\n".join((*limits, *statements, "commit")).encode(), prepare=False)
        return value

    return begun(connection, carry_out)


def begun(connection: Connection, act: Callable[[Connection], T]) -> T:
    """What `act` answers, which is called with a transaction begun and ends it itself. Retried as a whole.

    Nothing is left of it where something is raised.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            connection.execute(f"begin; set local lock_timeout = '{LOCK_TIMEOUT_MS}ms'", prepare=False)
            return act(connection)
        except RETRIED:
            _take_back(connection)
            if attempt == ATTEMPTS:
                raise
            _pause(attempt)
        except BaseException:
            _take_back(connection)
            raise
    raise AssertionError


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0.5, 1) * min(0.01 * 2**attempt, _LONGEST_PAUSE_S))  # noqa: S311 - jitter, no secret


def _limits(connection: Connection, longest_ms: int | None) -> tuple[str, ...]:
    """What ends the strong part of a transaction whose client doesn't, on the server."""
    limits = [
        f"set local idle_in_transaction_session_timeout = '{IDLE_TIMEOUT_MS}ms'",
        "set local synchronous_commit = local",
    ]
    if longest_ms is not None:
        limits.append(f"set local statement_timeout = '{longest_ms}ms'")
        if connection.info.server_version >= 170000:
            limits.append(f"set local transaction_timeout = '{3 * longest_ms}ms'")
    return tuple(limits)


def _take_back(connection: Connection) -> None:
    if connection.closed or connection.broken:
        return
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        connection.execute("rollback")


def longest_transaction(connection: Connection) -> str:
    """The oldest transaction of somebody else on this database, in words."""
    row = connection.execute(_LONGEST).fetchone()
    if row is None:
        return "none of them is at it any more"
    pid, user, application, seconds, query = row
    return f"pid {pid} ({application or user}) has been in a transaction for {seconds} s: {' '.join(query.split())}"


def take_lock(connection: Connection, *, wait_s: float) -> bool:
    """Take the session's advisory lock by polling: a queued waiter deadlocks with CREATE INDEX CONCURRENTLY."""
    until = time.monotonic() + wait_s
    while True:
        row = connection.execute("select pg_try_advisory_lock(%s)", (LOCK_KEY,)).fetchone()
        if row is not None and row[0]:
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.05)
