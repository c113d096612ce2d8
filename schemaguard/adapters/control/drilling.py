"""A copy of a database with its control schema, in which everything may go wrong, by the clock of a drill."""

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from schemaguard.adapters.control import applying_sql, sql_records
from schemaguard.adapters.control.sql_records import SqlMigration
from schemaguard.adapters.control.watching import InForce
from schemaguard.adapters.postgres import measuring, schema_copy, scratch
from schemaguard.adapters.postgres.connection import connect
from schemaguard.frozen import dataclass
from schemaguard.history.history import Section
from schemaguard.playbooks.due import due_spans
from schemaguard.playbooks.look import Look, MissingLook
from schemaguard.playbooks.playbook import MeasurementSource, PlaybookTrigger
from schemaguard.playbooks.standing_in import SCHEMA, StandIn, candidates
from schemaguard.playbooks.trip import DistanceAbove
from schemaguard.playbooks.watching import is_replayable

Connection = psycopg.Connection[tuple[Any, ...]]

_WITH_ROWS = ("schemaguard.*", "*.alembic_version")
"""What decides is planned from. No row of another table leaves the database."""
_MEMBERS = """\
select r.rolname, m.rolname from pg_auth_members g join pg_roles r on r.oid = g.roleid
join pg_roles m on m.oid = g.member where r.rolname !~ '^pg_' and m.rolname !~ '^pg_'"""
# What was decided lately is no reason not to decide in a drill, and no server that is elsewhere is waited for.
_FORGET = (
    "delete from schemaguard.decision", "delete from schemaguard.look", "delete from schemaguard.watch",
    "delete from schemaguard.server_lease",
)  # fmt: skip
_KINDS = """\
select a.attname, case when t.typname = 'bool' then 'bool' when t.typcategory = 'N' then 'number'
    when t.typcategory = 'S' then 'text' when t.typcategory = 'E' then 'text' when t.typcategory = 'D' then 'time'
    else 'other' end,
    array(select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder)
from pg_attribute a join pg_type t on t.oid = a.atttypid
where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped"""
_ROWS = """\
insert into {table} ({version}, {time}{columns})
select %(version)s, %(since)s::timestamptz + make_interval(secs => (n - 0.5) / %(rate)s){values}
from (select n, ('x' || substr(md5(%(seed)s || ':' || n), 1, 8))::bit(32)::bigint / 4294967296.0 as chance
    from generate_series(1, ceil(%(seconds)s * %(rate)s)::bigint) n) drawn"""
_BACK = """\
update schemaguard.watch set upto = %(since)s, known = '{}' where model = %(model)s"""


@dataclass(frozen=True, slots=True)
class SampleRows:
    """Rows for a stand-in: one that is well by every trigger, and for each trigger one that fails for it alone.

    For a drift that is a row that lies elsewhere.
    """

    well: Mapping[str, str | None] | None
    failing: Mapping[str, Mapping[str, str | None]]
    """Trigger → row; a trigger for which none was found isn't there."""


@dataclass(frozen=True, slots=True)
class DrillCopy:
    """A copy of schema and control schema: its server, its name there, its own URL, and a connection to it."""

    server: str
    name: str
    url: str
    connection: Connection
    postgresql: str


@contextmanager
def drill_copy(source: str, server: str | None) -> Iterator[DrillCopy]:
    """The copy that every scenario gets a copy of, gone afterwards. DatabaseError where it can't be made."""
    with scratch.server(server) as url, scratch.scratch(url) as (name, connection):
        if server is None:
            schema_copy.copy_roles(source, connection)
            _copy_memberships(source, connection)
        schema_copy.copy_schema(source, connection, _WITH_ROWS)
        connection.execute("set schemaguard.permit = 'a drill'")
        connection.execute("set session_replication_role = replica")
        for each in _FORGET:
            connection.execute(each.encode())
        connection.execute("set session_replication_role = origin")
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(SCHEMA)))
        row = connection.execute("show server_version").fetchone()
        version = str(row[0]) if row is not None else ""
        yield DrillCopy(url, name, make_conninfo(url, dbname=name), connection, version)


def _copy_memberships(source: str, target: Connection) -> None:
    """Who is a member of what, and who may do everything: by that a playbook's roles are asked."""
    with connect(source, read_only=True) as connection:
        members = connection.execute(_MEMBERS).fetchall()
        supers = connection.execute("select rolname from pg_roles where rolsuper and rolname !~ '^pg_'").fetchall()
    for (name,) in supers:
        target.execute(sql.SQL("alter role {} superuser").format(sql.Identifier(name)))
    for role, member in members:
        target.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(member)))


@contextmanager
def copied(url: str, name: str) -> Iterator[str]:
    """The URL of a copy of the copy, gone afterwards; nobody may be connected to what is copied."""
    with scratch.scratch(url, name) as (copy, connection):
        connection.close()
        yield make_conninfo(url, dbname=copy)


def connected(url: str) -> Connection:
    """A connection to a copy, for what a drill does to it by hand."""
    connection = connect(url)
    connection.execute("set schemaguard.permit = 'a drill'")
    return connection


def make_stand_in(connection: Connection, table: StandIn) -> None:
    """The table that stands in for a source: the same columns, and nothing that refuses a row."""
    name, version, time = _named(table), sql.Identifier(table.version_column), sql.Identifier(table.time_column)
    if table.like is not None:
        like = sql.Identifier(*table.like.split(".", 1))
        connection.execute(sql.SQL("create table {} as select * from {} where false").format(name, like))
        for column, kind in ((version, "text"), (time, "timestamptz")):
            connection.execute(
                sql.SQL("alter table {0} drop column {1}, add column {1} {2}").format(name, column, sql.SQL(kind))
            )
    else:
        columns = [sql.SQL("{} {}").format(sql.Identifier(each), sql.SQL(kind)) for each, kind in table.columns]
        made = sql.SQL(", ").join(
            [sql.SQL("{} text").format(version), sql.SQL("{} timestamptz").format(time), *columns]
        )
        connection.execute(sql.SQL("create table {} ({})").format(name, made))
    connection.execute(sql.SQL("create index on {} ({})").format(name, time))


def sample_rows(connection: Connection, table: StandIn, triggers: Sequence[PlaybookTrigger]) -> SampleRows:
    """Which rows are well and which fail, as the server itself judges the conditions of these triggers."""
    kinds = {row[0]: (row[1], tuple(row[2])) for row in connection.execute(_KINDS, (table.table,))}
    own = {name: kind for name, kind in kinds.items() if name not in (table.version_column, table.time_column)}
    counting = [each for each in triggers if is_replayable(each.trip)]
    conditions = [sql.SQL("coalesce(({})::boolean, false)").format(measuring.failure(each)) for each in counting]
    well: Mapping[str, str | None] | None = None
    failing: dict[str, Mapping[str, str | None]] = {}
    for row in candidates(tuple(triggers), own):
        found = _judged(connection, table, row, conditions)
        if found is None:
            continue
        if not any(found):
            well = well if well is not None else row
        elif sum(found) == 1:
            failing.setdefault(counting[found.index(True)].name, row)
        if well is not None and len(failing) == len(counting):
            break
    for each in triggers:
        moved = _moved(well or {}, each.measure.column or "") if isinstance(each.trip, DistanceAbove) else None
        if moved is not None and _judged(connection, table, moved, conditions) == [False] * len(conditions):
            failing[each.name] = moved
    return SampleRows(well, failing)


def _moved(row: Mapping[str, str | None], column: str) -> Mapping[str, str | None] | None:
    """A row with a number that is three times as large; None where it has none there."""
    try:
        value = float(row.get(column) or "")
    except ValueError:
        return None
    return {**row, column: f"{value + 2 * max(abs(value), 1.0):.12g}"}


def _judged(
    connection: Connection, table: StandIn, row: Mapping[str, str | None], conditions: Sequence[sql.Composable]
) -> list[bool] | None:
    """For which triggers a row fails; None where the table doesn't take it. Nothing of it stays."""
    name = _named(table)
    columns = [sql.Identifier(each) for each in row]
    values = [sql.Literal(each) if each is not None else sql.SQL("null") for each in row.values()]
    insert = (
        sql.SQL("insert into {} ({}) values ({})").format(name, sql.SQL(", ").join(columns), sql.SQL(", ").join(values))
        if row
        else sql.SQL("insert into {} default values").format(name)
    )
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(insert)
            told = sql.SQL("select {} from {}").format(sql.SQL(", ").join(conditions), name)
            answer = connection.execute(told, ()).fetchone()
    except psycopg.Error:
        return None
    return list(answer) if answer is not None else None


def lay_rows(
    connection: Connection, table: StandIn, sample: SampleRows, traffic: tuple[str, float, Mapping[str, float]],
    span: tuple[datetime, timedelta], seed: int,
) -> None:  # fmt: skip
    """Requests of a version, evenly over a span; `traffic` is (version, a second, trigger → share that fails).

    The same seed gives the same requests, whenever the span begins.
    """
    version, rate, shares = traffic
    since, length = span
    well = sample.well or {}
    columns = list(dict.fromkeys([*well, *(name for row in sample.failing.values() for name in row)]))
    bounds: list[tuple[float, Mapping[str, str | None]]] = []
    reached = 0.0
    for trigger, share in shares.items():
        if share and trigger in sample.failing:
            reached += share
            bounds.append((reached, sample.failing[trigger]))
    kinds: dict[str, str] = dict(_types(connection, table))
    query = sql.SQL(_ROWS).format(
        table=_named(table),
        version=sql.Identifier(table.version_column),
        time=sql.Identifier(table.time_column),
        columns=sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(each)) for each in columns),
        values=sql.SQL("").join(sql.SQL(", {}").format(_drawn(each, kinds[each], bounds, well)) for each in columns),
    )
    values = {"version": version, "since": since, "seconds": length.total_seconds(), "rate": rate}
    connection.execute(query, {**values, "seed": f"{seed}:{version}"})


def _types(connection: Connection, table: StandIn) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute "
        "where attrelid = %s::regclass and attnum > 0 and not attisdropped",
        (table.table,),
    ).fetchall()


def _drawn(
    column: str, kind: str, bounds: Sequence[tuple[float, Mapping[str, str | None]]], well: Mapping[str, str | None]
) -> sql.Composable:
    typed = sql.SQL(kind)
    cases = [
        sql.SQL("when chance < {} then {}::{}").format(sql.Literal(bound), sql.Literal(row.get(column)), typed)
        for bound, row in bounds
    ]
    other = sql.SQL("{}::{}").format(sql.Literal(well.get(column)), typed)
    return sql.SQL("case {} else {} end").format(sql.SQL(" ").join(cases), other) if cases else other


def clear_rows(connection: Connection, table: StandIn) -> None:
    """No rows any more."""
    connection.execute(sql.SQL("truncate {}").format(_named(table)))


def latest_end(connection: Connection, source: MeasurementSource, length: timedelta) -> datetime:
    """When the newest look ends that is due."""
    return measuring.latest_end(connection, source, length)


def due_looks(
    connection: Connection, source: MeasurementSource, trigger: PlaybookTrigger, since: datetime, length: timedelta
) -> tuple[Look | MissingLook, ...]:
    """The looks from then on, as the watcher counts them."""
    due = due_spans(since, measuring.latest_end(connection, source, length), length)
    return measuring.looks(connection, source, trigger, due, length) if due.spans else ()


def set_back(connection: Connection, model: str, since: datetime) -> None:
    """Let every trigger of a model look from then on, knowing nothing."""
    connection.execute("delete from schemaguard.look where model = %s", (model,))
    connection.execute(_BACK.encode(), {"model": model, "since": since})


def apply_migration(url: str, text: str) -> None:
    """Apply one migration as `schemaguard upgrade` does, with the guard. Raises what the guard refuses."""
    migration = SqlMigration("drill", "what a drill sends", "drill.sql", text, "drill.sql")
    plan = applying_sql.SqlPlan((migration,), (Section("drill.sql", text, transactions="one"),), 1, "none")
    applying_sql.upgrade(url, sql_records.own_record("drill"), plan)


def leave_invalid_index(connection: Connection, table: tuple[str, str]) -> str:
    """What a killed CREATE INDEX CONCURRENTLY leaves behind; its name."""
    name = "schemaguard_drill_half_done"
    connection.execute(sql.SQL("create index {} on {} ((1))").format(sql.Identifier(name), sql.Identifier(*table)))
    connection.execute(
        "update pg_index x set indisvalid = false from pg_class i "
        "where i.oid = x.indexrelid and i.relname = %s and i.relnamespace = to_regnamespace(quote_ident(%s))",
        (name, table[0]),
    )
    return name


def drop_index(connection: Connection, schema: str, name: str) -> None:
    """Repair it."""
    connection.execute(sql.SQL("drop index {}").format(sql.Identifier(schema, name)))


def settle_down(connection: Connection) -> None:
    """Before a crash: what CREATE DATABASE copied as pages knows of no value that a sequence has given out since."""
    connection.execute("checkpoint")


def crash(url: str) -> None:
    """Kill one of the server's processes, as the machine would: the server ends every session and recovers.

    See https://www.postgresql.org/docs/18/server-shutdown.html (SIGKILL), and postmaster.c (HandleChildCrash).
    """
    with connect(url) as victim:
        os.kill(victim.info.backend_pid, signal.SIGKILL)


def add_column(connection: Connection, table: tuple[str, str], column: str) -> None:
    """A column that nobody reads yet."""
    connection.execute(
        sql.SQL("alter table {} add column {} text").format(sql.Identifier(*table), sql.Identifier(column))
    )


def events(connection: Connection, event: str) -> list[dict[str, Any]]:
    """The ledger's entries of an event, oldest first."""
    rows = connection.execute(
        "select entry::jsonb from schemaguard.ledger where event = %s order by position", (event,)
    )
    return [row[0] for row in rows]


def counted(connection: Connection, model: str) -> tuple[int, int]:
    """(operations of a model that aren't over, decisions)."""
    row = connection.execute(
        "select (select count(*) from schemaguard.operation where model = %(m)s and state = 'open'),"
        " (select count(*) from schemaguard.decision where model = %(m)s)",
        {"m": model},
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _named(table: StandIn) -> sql.Composable:
    return sql.Identifier(SCHEMA, table.name)


def publish_as(connection: Connection, live: InForce) -> None:
    """Let the drill's playbook be the word of whoever published the live one, where somebody has."""
    connection.execute(
        "update schemaguard.playbook n set published_role = l.published_role from schemaguard.playbook l "
        "where l.model = n.model and l.digest = %s "
        "and n.id = (select max(id) from schemaguard.playbook where model = %s) "
        "and l.id = (select max(id) from schemaguard.playbook where model = l.model and digest = l.digest)",
        (live.digest, live.model),
    )
