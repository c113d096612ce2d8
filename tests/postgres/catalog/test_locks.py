"""Locks, scans and rewrites are what pg_locks, the statistics and relfilenode show."""

from collections.abc import Iterator

import psycopg
import pytest

from schemaguard.catalog.locks import MODES, locks, strongest
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.sql.lineage import complete
from schemaguard.sql.translate import translate
from tests.postgres.catalog.servers import fold_script, lock_cases

SETUP, STATEMENTS = lock_cases()
RELATIONS = """select c.oid, c.relname, c.relfilenode from pg_class c
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'm', 'p', 'v')"""
HELD = """select l.relation, l.mode from pg_locks l where l.pid = pg_backend_pid() and l.locktype = 'relation'
    and l.database = (select oid from pg_database where datname = current_database())"""
SCANS = "select relid, coalesce(seq_scan, 0) from pg_stat_xact_user_tables"
BEFORE: Catalog = fold_script(SETUP)


@pytest.fixture(scope="module", params=["15", "18"])
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    url = request.getfixturevalue("server15" if request.param == "15" else "server")
    with psycopg.connect(url) as opened:
        opened.execute("set client_min_messages = error")
        # In UTC, timestamptz → timestamp is free; nobody promises that session.
        opened.execute("set timezone = 'Europe/Berlin'")
        opened.execute("drop schema public cascade; create schema public")
        opened.execute(SETUP)
        opened.commit()
        yield opened
        opened.rollback()
        opened.execute("drop schema public cascade; create schema public")
        opened.commit()


def _observe(connection: psycopg.Connection, statement: str) -> tuple[dict[str, str], dict[str, str]]:
    """Table → its strongest lock beyond ACCESS SHARE, and table → `scan` or `rewrite`."""
    with connection.transaction(force_rollback=True):
        known = {oid: (name, node) for oid, name, node in connection.execute(RELATIONS)}
        # The backend's counters go on from statements before, until it finds time to report them.
        counted = dict(connection.execute(SCANS).fetchall())
        connection.execute(statement)
        held: dict[str, list[str]] = {}
        for oid, mode in connection.execute(HELD).fetchall():
            if oid in known:
                spelled = "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
                held.setdefault(known[oid][0], []).append(spelled.strip().upper())
        scanned = {
            known[oid][0] for oid, count in connection.execute(SCANS) if oid in known and count > counted.get(oid, 0)
        }
        now = {oid: node for oid, _, node in connection.execute(RELATIONS)}
        rewritten = {name for oid, (name, node) in known.items() if now.get(oid, node) != node}
    strong = {name: strongest(tuple(modes)) for name, modes in held.items()}  # type: ignore[arg-type]  # as spelled
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
        return  # An empty file in place of the old one is no rewrite of rows, and a refreshed view isn't read.
    told_work = dict.fromkeys((name.name for name in told.worked_on if name in relations), told.work)
    told_work |= dict.fromkeys((name.name for name in told.read_too), "scan")
    assert told_work == {name: kind for name, kind in work.items() if not _is_incidental(name, statement)}


def _is_incidental(name: str, statement: str) -> bool:
    """Scans of the other side of a foreign key, and reads of rows by statements that are about rows."""
    is_about_rows = statement.startswith(("select", "insert"))
    return is_about_rows or (
        name == "u" and " t " in statement and ("references u" in statement or "u_id" in statement)
    )


def test_every_mode_is_spelled_as_the_documentation_does() -> None:
    assert len(set(MODES)) == 8
    assert Name("t", "public") in BEFORE.tables
