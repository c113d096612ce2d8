"""Standbys: what COMMIT waits for where there are any, for how long, and which line of history a server is on.

Where `synchronous_standby_names` is empty no COMMIT waits for anybody, whatever `synchronous_commit` says; then the
switch of a pointer is looked for in what the standbys say they have. See
https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from schemaguard.applying.telling import tell_standby_silent
from schemaguard.frozen import dataclass

Connection = psycopg.Connection[tuple[Any, ...]]

WAIT_S = 5.0
"""How long a COMMIT waits for a synchronous standby. What it has committed stays committed when it stops waiting."""
LOOK_S = 2.0
"""How long the switch of a pointer is looked for on standbys that no COMMIT waits for."""
_CANCEL_S = 5.0
_DURABLE = """\
select set_config('synchronous_commit', 'on', true)
where current_setting('synchronous_commit') not in ('on', 'remote_apply')"""
# Logical subscribers and backups that are being taken stream as well, and can't take over.
_STANDBYS = """\
select application_name, flush_lsn >= %s::pg_lsn, state is not null
from pg_stat_replication r
where application_name <> 'pg_basebackup' and (state is null or state in ('streaming', 'catchup'))
    and not exists (select from pg_replication_slots s where s.active_pid = r.pid and s.slot_type = 'logical')
order by 1"""
_TIMELINE = """\
select ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int
where not pg_is_in_recovery()"""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who besides this server has what was committed: `by` is empty where nobody said so."""

    by: tuple[str, ...] = ()
    doubt: str = ""
    """Why it could be lost with this server, in words."""


class StandbyPatience:
    """How long the COMMITs of one connection wait for a synchronous standby: once too long, then never again."""

    def __init__(self, wait_s: float | None = None) -> None:
        self.wait_s = WAIT_S if wait_s is None else wait_s
        self.is_over = False

    @contextmanager
    def waiting(self, connection: Connection) -> Iterator[threading.Timer]:
        """Bounds the wait from when the timer is started to where the block ends; the COMMIT itself isn't taken back.

        A cancelled wait leaves the transaction committed here: SyncRepWaitForLSN() in PostgreSQL's syncrep.c.
        """
        ended = threading.Event()

        def cancel() -> None:
            ended.set()
            with suppress(psycopg.Error):
                connection.cancel_safe(timeout=_CANCEL_S)

        timer = threading.Timer(self.wait_s, cancel)
        timer.daemon = True
        try:
            yield timer
        finally:
            timer.cancel()
            if ended.is_set():
                # The request to cancel must not arrive in what is sent next.
                timer.join()
                self._give_up(connection)

    def _give_up(self, connection: Connection) -> None:
        if self.is_over or connection.closed or connection.broken:
            return
        self.is_over = True
        # Nothing that follows waits for it once more.
        connection.execute("set synchronous_commit = local")
        tell_standby_silent(self.wait_s)


def commit_durably(connection: Connection, patience: StandbyPatience) -> None:
    """Let this transaction's COMMIT wait for the disk, and for a synchronous standby where there is one.

    Whatever the role, the database or the server says of `synchronous_commit`.
    """
    if not patience.is_over:
        connection.execute(_DURABLE)


def confirmed(connection: Connection, patience: StandbyPatience, *, look_s: float | None = None) -> Confirmed | None:
    """Who besides this server has everything that was committed so far; None where it has or tells of no standby.

    COMMIT has waited for a synchronous one. Others are asked for a while.
    """
    try:
        return _confirmed(connection, patience, LOOK_S if look_s is None else look_s)
    except (psycopg.NotSupportedError, psycopg.ProgrammingError, psycopg.InternalError):
        # What keeps its copies below PostgreSQL, as some clouds do, has no write-ahead log to ask for.
        return None


def _confirmed(connection: Connection, patience: StandbyPatience, look_s: float) -> Confirmed | None:
    row = connection.execute(
        "select current_setting('synchronous_standby_names'), pg_current_wal_flush_lsn()::text"
    ).fetchone()
    assert row is not None
    names, position = row
    if names and patience.is_over:
        return Confirmed((), f"no synchronous standby has confirmed it within {patience.wait_s:g} s")
    if names:
        return Confirmed((f"synchronous standby ({names})",))
    until = time.monotonic() + look_s
    while True:
        standbys = connection.execute(_STANDBYS, (position,)).fetchall()
        if not standbys:
            return None
        if not any(is_shown for _, _, is_shown in standbys):
            return Confirmed((), "this role may not see what the standbys have (grant pg_monitor)")
        has_it = tuple(name for name, has, _ in standbys if has)
        if has_it:
            return Confirmed(has_it)
        if time.monotonic() >= until:
            return Confirmed((), f"no standby has confirmed it within {look_s:g} s")
        time.sleep(0.005)


def timeline(connection: Connection) -> int | None:
    """The line of history that a primary is on, which a standby leaves when it takes over; None where none is told."""
    try:
        row = connection.execute(_TIMELINE).fetchone()
    except psycopg.Error:
        return None
    return int(row[0]) if row is not None else None
