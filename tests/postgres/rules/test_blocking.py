"""What the blocking rules claim is what servers show, for their own examples; each remedy arrives where it should."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog import changes as c
from schemaguard.catalog.locks import Mode, strongest
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.finding import Family, Finding
from schemaguard.rules import RULES
from schemaguard.rules.facts.change import RunFacts
from schemaguard.rules.facts.walk import walk
from schemaguard.sql.reading.statements import split
from tests.check.checking import FIXTURES, checked
from tests.check.test_rule_examples import before_of
from tests.conftest import VERSIONS, fresh
from tests.unit.rules.runs import catalog, run_of

BLOCKING = [rule.id for rule in RULES if rule.family is Family.BLOCKING]
ROWS = """
insert into transactions select i, i, 'web', '2026-01-01'::timestamptz + i * interval '1 minute'
    from generate_series(1, 500) i;
insert into predictions select i, 0.5 from generate_series(1, 500) i;
insert into notes select i, 'note ' || i from generate_series(1, 500) i;
"""
RELATIONS = """select c.oid, c.relname, c.relfilenode from pg_class c
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'm', 'p', 'v')"""
HELD = """select c.relname, l.mode from pg_locks l join pg_class c on c.oid = l.relation
    where l.pid = pg_backend_pid() and l.locktype = 'relation' and c.relkind in ('r', 'm', 'p', 'v')
    and c.relnamespace = 'public'::regnamespace"""
SCANS = "select relname, coalesce(seq_scan, 0) from pg_stat_xact_user_tables"
LOOKS_AT_ROWS = (c.UpdateRows, c.DeleteRows, c.InsertRows, c.RefreshView, c.NoEffect)
"""Statements about rows: what they read is their own business."""
SCANS_IN_ITS_GOOD_EXAMPLE = {"long-lock-hold", "many-alters"}
"""What they are about isn't whether there is a scan, but when and how often."""


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    with (
        fresh(request.getfixturevalue(f"server{request.param}")) as url,
        psycopg.connect(url, autocommit=True) as opened,
    ):
        opened.execute("set client_min_messages = error")
        yield opened


def _before(rule: str) -> str:
    return before_of(FIXTURES / "rules" / rule)


def _prepared(connection: psycopg.Connection, rule: str) -> None:
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        connection.execute("rollback")  # A test before this one has failed.
    connection.execute("drop schema public cascade; create schema public")
    connection.execute(_before(rule).encode())
    connection.execute(ROWS)
    for name in ("visits", "events_2027"):
        if f"table {name} " in _before(rule).lower():
            filling = "(id, referrer) select i, 'x'" if name == "visits" else "select '2027-06-01'::timestamp, 'x'"
            connection.execute(f"insert into {name} {filling} from generate_series(1, 500) i".encode())
    connection.execute("reset lock_timeout; reset statement_timeout")


@dataclass
class Seen:
    """What a server shows of one statement: table → strongest lock of its transaction so far, and what was done."""

    held: dict[str, Mode]
    work: dict[str, str]


def _spelled(mode: str) -> Mode:
    apart = "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return apart.strip().upper()  # type: ignore[return-value]  # one of the eight


def _run(connection: psycopg.Connection, sql: str) -> Seen | None:
    """Run a statement in the transaction that is open, or else in one of its own; None where it can be in none."""
    is_alone = connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    files = {name: node for _, name, node in connection.execute(RELATIONS)}
    if is_alone:
        connection.execute("begin")
    counted = dict(connection.execute(SCANS).fetchall())
    try:
        connection.execute(sql.encode())
    except psycopg.errors.ActiveSqlTransaction:
        if not is_alone:
            raise
        connection.execute("rollback")
        connection.execute(sql.encode())
        now = {name: node for _, name, node in connection.execute(RELATIONS)}
        rewritten = [name for name, node in files.items() if now.get(name, node) != node]
        return Seen({}, dict.fromkeys(rewritten, "rewrite")) if rewritten else None
    modes: dict[str, list[Mode]] = {}
    for name, mode in connection.execute(HELD).fetchall():
        modes.setdefault(name, []).append(_spelled(mode))
    scanned = [name for name, count in connection.execute(SCANS) if count > counted.get(name, 0)]
    now = {name: node for _, name, node in connection.execute(RELATIONS)}
    rewritten = [name for name, node in files.items() if now.get(name, node) != node]
    if is_alone:
        connection.execute("commit")
    strong = {name: strongest(tuple(taken)) for name, taken in modes.items()}
    held = {name: mode for name, mode in strong.items() if mode != "ACCESS SHARE"}
    return Seen(held, dict.fromkeys(scanned, "scan") | dict.fromkeys(rewritten, "rewrite"))


REFUSED = ("concurrent-in-transaction", "bad")
"""An example that the server refuses, which has a test of its own."""
EXAMPLES = [(rule, kind) for rule in BLOCKING for kind in ("bad", "good") if (rule, kind) != REFUSED]


@pytest.mark.parametrize(("rule", "kind"), EXAMPLES)
def test_locks_and_work_of_an_example_are_what_the_server_shows(
    connection: psycopg.Connection, rule: str, kind: str
) -> None:
    _prepared(connection, rule)
    run = run_of((FIXTURES / "rules" / rule / f"{kind}.sql").read_text(), catalog(_before(rule)))
    visits = walk(run)
    facts = RunFacts(visits, connection.info.server_version // 10000)
    there = {name.name for name in (*run.before.tables, *run.before.views)}
    commit, told_held = 0, dict[str, Mode]()
    for index, step in enumerate(run.steps):
        own = [at for at, visit in enumerate(visits) if visit.step_index == index]
        if not own or visits[own[0]].commit != commit:
            commit, told_held = visits[own[0]].commit if own else commit, {}
        told_work = dict[str, str]()
        for at in own:
            work = facts.work(at)
            for lock in work.locks:
                if lock.relation.name in there and lock.mode != "ACCESS SHARE":
                    before = told_held.get(lock.relation.name, lock.mode)
                    told_held[lock.relation.name] = strongest((before, lock.mode))
            for name in work.worked_on:
                if name.name in there and told_work.get(name.name) != "rewrite":
                    told_work[name.name] = work.work
        if isinstance(step.changes[0], c.ControlTransaction):
            connection.execute(step.statement.sql.encode())
            continue
        seen = _run(connection, step.statement.sql)
        if seen is None:
            continue
        if seen.held:
            assert {name: mode for name, mode in seen.held.items() if name in there} == told_held, step.statement.sql
        if isinstance(step.changes[0], LOOKS_AT_ROWS):
            continue
        work = {name: kind for name, kind in seen.work.items() if name in there}
        assert told_work.items() <= work.items(), step.statement.sql
        assert {*work} - {*told_work} <= _looked_up(step.changes), step.statement.sql
        if kind == "good" and rule not in SCANS_IN_ITS_GOOD_EXAMPLE:
            waiting = {name for name, mode in told_held.items() if mode in BLOCK_WRITES}
            assert not waiting & {*told_work}, step.statement.sql


BLOCK_WRITES: tuple[Mode, ...] = ("SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE")


def _looked_up(changes: tuple[c.Change, ...]) -> set[str]:
    """The other side of a foreign key: how a server looks up its rows depends on the planner."""
    text = repr(changes)
    return set(re.findall(r"ref_table=Name\(name='(\w+)'", text)) | (
        {"transactions"} if "ValidateConstraint" in text else set()
    )


def test_concurrently_inside_of_a_transaction_is_refused(connection: psycopg.Connection) -> None:
    _prepared(connection, "concurrent-in-transaction")
    text = (FIXTURES / "rules/concurrent-in-transaction/bad.sql").read_text()
    opening, refused, _ = (statement.sql.encode() for statement in split(text, "bad.sql"))
    connection.execute(opening)
    with pytest.raises(psycopg.errors.ActiveSqlTransaction):
        connection.execute(refused)
    connection.execute("rollback")


def _findings(rule: str, folder: Path) -> list[Finding]:
    migrations = folder / "migrations"
    migrations.mkdir()
    (migrations / "001_before.sql").write_text(_before(rule))
    (migrations / "002_example.sql").write_text((FIXTURES / "rules" / rule / "bad.sql").read_text())
    found = checked(folder, "migrations", select=(rule,)).findings
    return [finding for finding in found if finding.rule == rule]


def _corrected(finding: Finding, text: str) -> str:
    """The example with the edits of a fix, and the revisions that follow."""
    assert finding.fix is not None
    lines = text.split("\n")
    for edit in finding.fix.edits:
        assert tuple(lines[edit.first - 1 : edit.last]) == edit.old
        lines[edit.first - 1 : edit.last] = edit.new
    later = [line for revision in finding.fix.later for line in revision.upgrade]
    return "\n".join([*lines, *later])


def _left_by(connection: psycopg.Connection, rule: str, script: str) -> Catalog:
    _prepared(connection, rule)
    for statement in split(script, "script.sql"):
        connection.execute(statement.sql.encode())
    return read_catalog(connection)


WITHOUT_REMEDY = {
    "exclusion-scan", "table-rewrite", "wide-lock",
    "many-alters", "backfill-in-migration", "lock-table", "rewrite-column-type",
}  # fmt: skip
"""Rules of whose bad example no mechanical correction is known: the report says in words what to do."""


@pytest.mark.parametrize("rule", BLOCKING)
def test_a_remedy_leads_to_the_catalog_that_it_says(connection: psycopg.Connection, rule: str, tmp_path: Path) -> None:
    text = (FIXTURES / "rules" / rule / "bad.sql").read_text()
    fixed = [finding for finding in _findings(rule, tmp_path) if finding.fix is not None and finding.fix.edits]
    assert bool(fixed) != (rule in WITHOUT_REMEDY)
    for finding in fixed:
        assert finding.fix is not None
        corrected = _left_by(connection, rule, _corrected(finding, text))
        # What the server refuses has to be told by what it should have been.
        wanted = text if rule != "concurrent-in-transaction" else text.replace("BEGIN;", "").replace("COMMIT;", "")
        assert (corrected == _left_by(connection, rule, wanted)) == finding.fix.is_safe
        assert not _invalid(connection)


def _invalid(connection: psycopg.Connection) -> list[tuple[str]]:
    return connection.execute("select indexrelid::regclass::text from pg_index where not indisvalid").fetchall()


def test_every_table_of_the_examples_has_rows(connection: psycopg.Connection) -> None:
    _prepared(connection, "unique-scan")
    for name in catalog(_before("unique-scan")).tables:
        assert isinstance(name, Name)
        (count,) = connection.execute(f"select count(*) from {name}".encode()).fetchone() or (0,)
        assert count == 500


ODD = """
create schema "My S";
create table "My S".ref (id bigint primary key);
create table "My S"."T a" (id bigint not null, "a""b" text, "select" int, c numeric(10,2) check (c > 0), "Ä" int);
create index "I x" on "My S"."T a" (id);
create table p (k int, v text) partition by range (k);
create table p1 partition of p for values from (0) to (10);
create table "P 2" partition of p for values from (10) to (20);
"""
ODD_STATEMENTS = [
    'create index on "My S"."T a" ("a""b" desc nulls last, lower("a""b"))',
    'create index "I" on "My S"."T a" using hash ("select") where "select" > 0',
    'create unique index on "My S"."T a" ("a""b" collate "C" text_pattern_ops) include (id) with (fillfactor = 70)',
    'alter table "My S"."T a" add unique ("a""b", "Ä") deferrable initially deferred',
    'alter table "My S"."T a" add constraint "K k" unique nulls not distinct ("select") include (c)',
    'alter table "My S"."T a" add primary key (id, "select")',
    'alter table "My S"."T a" add foreign key (id) references "My S".ref on delete cascade deferrable',
    'alter table "My S"."T a" add check ("select" > 0), alter column "a""b" set not null, add x int',
    'alter table "My S"."T a" add column "N n" int check ("N n" > 1) default 2 unique',
    'alter table "My S"."T a" alter column c type numeric(12,2)',
    "create index on p (k, v)",
    'create unique index "U u" on only p (k)',
    "alter table p add check (k >= 0)",
    "alter table p alter v set not null",
    "alter table p add primary key (k)",
    'drop index "My S"."I x"',
    'reindex table "My S"."T a"',
    'alter table "My S"."T a" add column at uuid not null default gen_random_uuid()',
    'alter table p detach partition "P 2"',
]
"""With other names, schemas, options and partitions than the examples have."""


@pytest.mark.parametrize("statement", ODD_STATEMENTS)
def test_a_remedy_of_something_odd_leads_where_it_says(
    connection: psycopg.Connection, statement: str, tmp_path: Path
) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/001.sql").write_text(ODD)
    statement += ";"
    (tmp_path / "migrations/002.sql").write_text(statement)
    found = checked(tmp_path, "migrations", select=("blocking",)).findings
    fixed = [one for one in found if one.fix is not None and one.fix.edits]

    def left_by(script: str) -> tuple[Catalog, list[tuple[str]]]:
        connection.execute('drop schema public cascade; drop schema if exists "My S" cascade; create schema public')
        connection.execute(ODD)
        for one in split(script, "script.sql"):
            connection.execute(one.sql.encode())
        indexes = "select pg_get_indexdef(indexrelid) from pg_index where indrelid::regclass::text !~ '^pg_'"
        return read_catalog(connection), sorted(connection.execute(indexes).fetchall())

    for finding in fixed:
        assert finding.fix is not None
        wanted, indexes = left_by(statement)
        done, built = left_by(_corrected(finding, statement))
        # Folding may see another order of constraints where the server sees none: that errs towards unsafe.
        assert done == wanted or not finding.fix.is_safe, finding.rule
        assert built == indexes or not finding.fix.is_safe, finding.rule
        assert not _invalid(connection) or "only p" in statement
    connection.execute('drop schema if exists "My S" cascade')
