"""Locks, scans and rewrites are what pg_locks, the statistics and relfilenode show."""

from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from typing import get_args

import psycopg
import pytest

from schemaguard.catalog import changes as c
from schemaguard.catalog.locks import MODES, Mode, locks, strongest
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.sql.queries.lineage import complete
from schemaguard.sql.reading.translate import translate
from tests.conftest import VERSIONS
from tests.postgres.catalog.servers import fold_script, lock_cases

SETUP, STATEMENTS = lock_cases()
RELATIONS = """select c.oid, c.relname, c.relfilenode from pg_class c
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'm', 'p', 'v')"""
HELD = """select l.relation, l.mode from pg_locks l where l.pid = pg_backend_pid() and l.locktype = 'relation'
    and l.database = (select oid from pg_database where datname = current_database())"""
SCANS = "select relid, coalesce(seq_scan, 0) from pg_stat_xact_user_tables"
BEFORE: Catalog = fold_script(SETUP)


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    url = request.getfixturevalue(f"server{request.param}")
    with psycopg.connect(url) as opened:
        opened.execute("set client_min_messages = error")
        # In UTC, timestamptz → timestamp is free; nobody promises that session.
        opened.execute("set timezone = 'Europe/Berlin'")
        opened.execute("drop schema if exists public, side cascade; create schema public")
        opened.execute(SETUP)
        opened.commit()
        yield opened
        opened.rollback()
        opened.execute("drop schema public, side cascade; create schema public")
        opened.commit()


def _spelled(mode: str) -> Mode:
    """A mode as the documentation spells it."""
    apart = "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return apart.strip().upper()  # type: ignore[return-value]  # one of the eight


def _observe(connection: psycopg.Connection, statement: str) -> tuple[dict[str, str], dict[str, str]]:
    """Table → its strongest lock beyond ACCESS SHARE, and table → `scan` or `rewrite`."""
    with connection.transaction(force_rollback=True):
        known = {oid: (name, node) for oid, name, node in connection.execute(RELATIONS)}
        # The backend's counters go on from statements before, until it finds time to report them.
        counted = dict(connection.execute(SCANS).fetchall())
        connection.execute(statement)
        held: dict[str, list[Mode]] = {}
        for oid, mode in connection.execute(HELD).fetchall():
            if oid in known:
                held.setdefault(known[oid][0], []).append(_spelled(mode))
        scanned = {
            known[oid][0] for oid, count in connection.execute(SCANS) if oid in known and count > counted.get(oid, 0)
        }
        now = {oid: node for oid, _, node in connection.execute(RELATIONS)}
        rewritten = {name for oid, (name, node) in known.items() if now.get(oid, node) != node}
    strong = {name: strongest(tuple(modes)) for name, modes in held.items()}
    return (
        {name: mode for name, mode in strong.items() if mode != "ACCESS SHARE"},
        {name: "rewrite" if name in rewritten else "scan" for name in scanned | rewritten},
    )


@pytest.mark.parametrize("statement", STATEMENTS)
def test_locks_and_work_are_what_the_server_shows(connection: psycopg.Connection, statement: str) -> None:
    (change,) = translate(statement)
    version = connection.info.server_version // 10000
    told = locks(complete(change, BEFORE), BEFORE, version)
    relations = {*BEFORE.tables, *BEFORE.views}
    modes = {lock.relation.name: told.mode_on(lock.relation) for lock in told.locks if lock.relation in relations}
    held, work = _observe(connection, statement)
    assert {name: mode for name, mode in modes.items() if mode != "ACCESS SHARE"} == held
    if statement.startswith(("truncate", "refresh")):
        return  # An empty file in place of the old one is not a rewrite of rows, and a refreshed view isn't read.
    told_work = dict.fromkeys((name.name for name in told.worked_on if name in relations), told.work)
    told_work |= dict.fromkeys((name.name for name in told.read_too), "scan")
    assert told_work == {name: kind for name, kind in work.items() if not _is_incidental(name, statement)}


def _is_incidental(name: str, statement: str) -> bool:
    """Scans of the other side of a foreign key, and reads of rows by statements that are about rows."""
    is_about_rows = statement.startswith(("select", "insert"))
    return is_about_rows or (
        name == "u" and " t " in statement and ("references u" in statement or "u_id" in statement)
    )


UNCOVERED: dict[type[c.Change], str] = {
    c.AlterFunction: "it locks no relation",
    c.CreateExtension: "what an extension's script locks is its own; a server may have none to install",
    c.ChangeSymbol: "an operator, a cast or a collation: it locks no relation",
    c.SetSetting: "a session's own",
    c.ControlTransaction: "a session's own",
    c.Opaque: "nobody knows what it does: a rule says so",
    c.Unreadable: "the server refuses it",
}
"""Changes that no case of locks.sql has, and why."""


def test_every_change_has_a_case() -> None:
    cased = {type(change) for statement in STATEMENTS for change in translate(statement)}
    assert {*get_args(c.Change)} - cased == {*UNCOVERED}


SET_EXPRESSION = "alter table gen alter g set expression as (x * 3)"


def test_a_new_expression_rewrites_from_17_on(connection: psycopg.Connection) -> None:
    if connection.info.server_version < 170000:
        with pytest.raises(psycopg.errors.SyntaxError), connection.transaction():
            connection.execute(SET_EXPRESSION)
        return
    test_locks_and_work_are_what_the_server_shows(connection, SET_EXPRESSION)


WAITING = {
    "create index concurrently made on t (a)": ("t", "row exclusive"),
    "drop index concurrently t_b": ("t", "row exclusive"),
    "reindex index concurrently t_b": ("t", "row exclusive"),
    "reindex table concurrently u": ("u", "row exclusive"),
    # Once its first transaction is over it waits without holding the table.
    "alter table p detach partition p1 concurrently": ("p", "share update exclusive"),
    "vacuum full t": ("t", "row exclusive"),
}
"""Statements that no transaction may hold: the table that they lock, and what another session holds meanwhile."""


@pytest.mark.parametrize("statement", WAITING)
def test_what_runs_outside_of_transactions_locks_as_told(connection: psycopg.Connection, statement: str) -> None:
    version = connection.info.server_version // 10000
    table, held = WAITING[statement]
    (change,) = translate(statement)
    told = locks(change, BEFORE, version).mode_on(Name(table, "public"))
    dsn = connection.info.dsn
    with psycopg.connect(dsn, autocommit=True) as other, psycopg.connect(dsn) as writer:
        writer.execute(f"lock table {table} in {held} mode".encode())
        worker = Thread(target=_run_and_give_up, args=(other, statement))
        worker.start()
        seen = _modes_while_waiting(connection, other.info.backend_pid, table)
        other.cancel()
        worker.join()
        writer.rollback()
    assert strongest(seen) == told
    connection.commit()
    _mend(dsn)


def _run_and_give_up(connection: psycopg.Connection, statement: str) -> None:
    with suppress(psycopg.errors.QueryCanceled):
        connection.execute(statement.encode())


def _modes_while_waiting(connection: psycopg.Connection, pid: int, table: str) -> tuple[Mode, ...]:
    """The modes in which a backend holds or awaits a table, once it waits for another transaction."""
    waits = "select from pg_locks where pid = %s and not granted"
    while not connection.execute(waits, (pid,)).rowcount:
        connection.rollback()
    query = "select mode from pg_locks where pid = %s and relation = %s::regclass"
    found = connection.execute(query, (pid, table)).fetchall()
    connection.rollback()
    return tuple(_spelled(mode) for (mode,) in found)


def _mend(dsn: str) -> None:
    """Take away what a cancelled CONCURRENTLY leaves, so that the setup is as it was."""
    invalid = """select indexrelid::regclass::text from pg_index
        where not indisvalid and indrelid in ('t'::regclass, 'u'::regclass)"""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for (name,) in connection.execute(invalid).fetchall():
            connection.execute(f"drop index {name}")
        connection.execute("create index if not exists t_b on t (b)")


def test_every_mode_is_spelled_as_the_documentation_does() -> None:
    assert len(set(MODES)) == 8
    assert Name("t", "public") in BEFORE.tables
