"""The fence on PostgreSQL: put up, taken down, looked at, and told what is promised.

See https://www.postgresql.org/docs/18/event-triggers.html.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import situation
from schemaguard.applying.fencing import EVENTS, FencedTable, FenceState, Strength
from schemaguard.contracts.contract import Contract
from schemaguard.errors import DatabaseError
from schemaguard.frozen import dataclass

Connection = psycopg.Connection[tuple[Any, ...]]

KEPT_SCHEMA = "schemaguard_keep"
"""Where the sentinel views lie: they stand in the way of a drop where event triggers aren't allowed."""
_VERSION = 3
_CREATE = {
    "schemaguard_start": "ddl_command_start when tag in ('DROP SCHEMA', 'DROP FUNCTION', 'DROP ROUTINE', "
    "'DROP PROCEDURE', 'DROP OWNED', 'DROP LANGUAGE', 'DROP EXTENSION')",
    "schemaguard_drop": "sql_drop",
    "schemaguard_rewrite": "table_rewrite",
    "schemaguard_end": "ddl_command_end",
}
_EVENTS = "select evtname, evtenabled::text from pg_event_trigger where evtname = any(%s)"
_SETTINGS = "select is_wanted, keep, left_out, anchor = 'schemaguard.promise'::regclass from schemaguard.fence"
_TABLES = """\
select format('%I.%I', p.relation_schema, p.relation_name), p.readers, c.relkind::text,
    (select count(*) from pg_trigger t where t.tgrelid = p.relid and t.tgname like 'zz\\_schemaguard\\_%'
     and t.tgenabled in ('O', 'A')),
    exists (select from pg_depend d join pg_rewrite w on w.oid = d.objid and d.classid = 'pg_rewrite'::regclass
        join pg_class v on v.oid = w.ev_class join pg_namespace n on n.oid = v.relnamespace
        where d.refobjid = p.relid and n.nspname = 'schemaguard_keep')
from schemaguard.promise p left join pg_class c on c.oid = p.relid
where p.kind = 'promised' and p.attnum = 0 and (p.until is null or p.until > now()) and p.parent is null
order by 1"""
_PROMISED_COLUMNS = """\
select p.relid, p.relation_schema, p.relation_name, array_agg(a.attname::text order by a.attnum)
from schemaguard.promise p join pg_class c on c.oid = p.relid and c.relkind in ('r', 'p')
join pg_attribute a on a.attrelid = p.relid and a.attnum = p.attnum and not a.attisdropped
where p.kind = 'promised' and p.attnum > 0 and (p.until is null or p.until > now())
group by 1, 2, 3 order by 2, 3"""
_IS_USED = """\
select exists (select from schemaguard.promise) or exists (select from schemaguard.retired_object)
    or (select f.anchor from schemaguard.fence f) is distinct from 'schemaguard.promise'::regclass::oid"""
_PROMISE: LiteralString = "select schemaguard.set_promises({}), schemaguard.promise_all_retired()"
ALLOW_OPERATION = (
    "select schemaguard.allow(0::oid, (-1)::int2, what, 'an operation') from unnest(array['shape', 'rewrite']) as what"
)


@dataclass(frozen=True, slots=True)
class FenceRaised:
    """What putting the fence up came to: up as event triggers, or sentinel views and why."""

    is_full: bool
    why: str = ""
    owner_remark: str = ""
    """Why the control schema isn't its own role's, where it isn't."""


def is_there(connection: Connection) -> bool:
    """Whether the control schema is of a version that has a fence."""
    row = connection.execute("select to_regclass('schemaguard.fence') is not null").fetchone()
    return bool(row and row[0])


def is_full(connection: Connection) -> bool:
    """Whether the server itself refuses what would lose a value: all event triggers are there, for every role."""
    return is_there(connection) and not _missing(connection)


def raise_fence(
    connection: Connection,
    *,
    keep: str | None = None,
    left_out: Sequence[str] | None = None,
    most: tuple[int | None, int | None] = (None, None),
) -> FenceRaised:
    """Put the fence up, in a transaction of its own: event triggers, or sentinel views where those aren't allowed.

    `most` are the (rows, bytes) that are kept at most of what a revision changes in a table; None leaves it as it is.

    DatabaseError where the control schema is older than the fence.
    """
    _require(connection)
    with connection.transaction():
        as_operator(connection, "schemaguard fence --on")
        connection.execute(
            "update schemaguard.fence set is_wanted = true, keep = coalesce(%s, keep), "
            "left_out = coalesce(%s::text[], left_out)",
            (keep, list(left_out) if left_out is not None else None),
        )
        if most != (None, None):
            connection.execute(
                "update schemaguard.fence set capture_rows = coalesce(%s, capture_rows), "
                "capture_bytes = coalesce(%s, capture_bytes)",
                most,
            )
        from schemaguard.adapters.control.roles import make_roles

        remark = make_roles(connection)
        why = _event_triggers(connection)
        promise(connection)
        _sentinels(connection, are_wanted=bool(why))
    return FenceRaised(not why, why, remark)


def take_down(connection: Connection) -> None:
    """Take the fence down: the event triggers and the sentinel views go, what is promised stays written down."""
    _require(connection)
    with connection.transaction():
        as_operator(connection, "schemaguard fence --off")
        connection.execute("update schemaguard.fence set is_wanted = false")
        try:
            for name in EVENTS:
                connection.execute(sql.SQL("drop event trigger if exists {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseError(
                f"this user may not take the fence down: {str(error).strip()}",
                at=f"database {connection.info.dbname}",
                next="run schemaguard fence --off as the role that put it up",
            ) from error
        _sentinels(connection, are_wanted=False)


def as_operator(connection: Connection, why: str) -> None:
    """Let this transaction through the fence, where the role is an operator's; who asked and why is logged."""
    connection.execute("select set_config('schemaguard.permit', %s, true)", (why,))


def promise(connection: Connection) -> None:
    """Write down, by number, what the contracts in their window read and write; in the caller's transaction.

    The connection may be a migration's, of whatever driver.
    """
    if not is_there(connection):
        return
    wanted = _wanted(connection)
    # Where nothing was ever promised or retired, as before a first contract, nothing has to be looked up by number.
    if wanted or connection.execute(_IS_USED).fetchone() == (True,):
        connection.execute(_PROMISE.format("%s"), (Jsonb(wanted),))


def promising(connection: Connection) -> tuple[str, ...]:
    """The statement that writes it down, for tables as they are when it is sent."""
    if not is_there(connection):
        return ()
    return (sql.SQL(_PROMISE).format(sql.Literal(Jsonb(_wanted(connection)))).as_string(connection),)


def _wanted(connection: Connection) -> list[dict[str, Any]]:
    return [line for contract, readers, until in _needed(connection) for line in _lines(contract, readers, until)]


def allow_operation(connection: Connection) -> None:
    """Let this transaction of an operation change names and types of what is promised; nothing may be dropped in it."""
    if is_there(connection):
        connection.execute(ALLOW_OPERATION)


def is_declined(connection: Connection) -> bool:
    """Whether somebody has taken the fence down on purpose."""
    row = connection.execute("select is_wanted from schemaguard.fence").fetchone()
    return row == (False,)


def fence_state(connection: Connection) -> FenceState:
    """How well the server keeps what is dropped, for every table that a contract in its window names."""
    if not is_there(connection):
        return FenceState(False, "none", "all", (), (), "the control schema has no fence: schemaguard install")
    row = connection.execute(_SETTINGS).fetchone()
    assert row is not None
    is_wanted, keep, left_out, is_anchored = row
    missing = _missing(connection)
    why = f"the event triggers {', '.join(missing)} are missing or disabled" if missing else ""
    if missing and len(missing) == len(EVENTS):
        why = "its event triggers are not there: schemaguard fence --on says why"
    if not missing and not is_anchored:
        why = "the database was restored from a dump: the next statement finds the tables again by name"
    elsewhere: Strength = "client only" if missing else "full"
    tables = [_table(bool(missing), *line) for line in connection.execute(_TABLES)]
    return FenceState(bool(is_wanted), elsewhere, keep, tuple(left_out), tuple(tables), why)


def _table(
    is_open: bool, name: str, readers: list[str], kind: str | None, triggers: int, sentinel: bool
) -> FencedTable:
    who = tuple(readers)
    if kind is None:
        return FencedTable(name, "none", "it is gone", who)
    if is_open:
        why = (
            "RENAME, CASCADE and TRUNCATE would pass" if sentinel and not triggers else "RENAME and CASCADE would pass"
        )
        return FencedTable(name, "views only", why, who) if sentinel else FencedTable(name, "client only", "", who)
    if kind in ("r", "p") and triggers < 2:
        return FencedTable(name, "client only", "its triggers are missing or disabled: schemaguard fence --on", who)
    return FencedTable(name, "full", "", who)


def _missing(connection: Connection) -> tuple[str, ...]:
    found: dict[str, str] = dict(connection.execute(_EVENTS, (list(EVENTS),)).fetchall())
    return tuple(name for name in EVENTS if found.get(name) != "A")


def _event_triggers(connection: Connection) -> str:
    """Make those that aren't there, for every session; why that isn't allowed, empty where it is."""
    try:
        with connection.transaction():
            for name in _missing(connection):
                there, what = sql.Identifier(name), sql.SQL(_CREATE[name])
                connection.execute(sql.SQL("drop event trigger if exists {}").format(there))
                function = sql.Identifier("schemaguard", name.replace("schemaguard_", "fence_"))
                connection.execute(
                    sql.SQL("create event trigger {} on {} execute function {}()").format(there, what, function)
                )
                # Otherwise session_replication_role = replica would walk past it.
                connection.execute(sql.SQL("alter event trigger {} enable always").format(there))
    except psycopg.errors.InsufficientPrivilege as error:
        return str(error).strip().partition("\n")[0]
    return ""


def _sentinels(connection: Connection, *, are_wanted: bool) -> None:
    """Views over what is promised: without CASCADE, nothing that they show is dropped or retyped."""
    schema = sql.Identifier(KEPT_SCHEMA)
    if connection.execute("select to_regnamespace(%s)", (KEPT_SCHEMA,)).fetchone() != (None,):
        connection.execute(sql.SQL("drop schema {} cascade").format(schema))
    if not are_wanted:
        return
    rows = connection.execute(_PROMISED_COLUMNS).fetchall()
    if rows:
        connection.execute(sql.SQL("create schema {}").format(schema))
    for oid, table_schema, table, columns in rows:
        create = sql.SQL("create view {}.{} as select {} from {}").format(
            schema,
            sql.Identifier(f"{oid}_{table}"[:63]),
            sql.SQL(", ").join(sql.Identifier(column) for column in columns),
            sql.Identifier(table_schema, table),
        )
        connection.execute(create)


def _needed(connection: Connection) -> Iterable[tuple[Contract, tuple[str, ...], datetime | None]]:
    """Each contract in its window, for whom it holds, and until when as far as that is known."""
    for contract in situation.needed(connection):
        until = situation.needed_until(connection, contract)
        yield contract, situation.names_needing(connection, contract), until


def _lines(contract: Contract, readers: tuple[str, ...], until: datetime | None) -> Iterable[dict[str, Any]]:
    for table in contract.tables:
        yield {
            "schema": table.table.schema or "public",
            "relation": table.table.name,
            "attributes": [each.column for each in table.promises],
            "readers": list(readers),
            # A view follows a rename by number; whoever names the table needs the name.
            "by_name": contract.reads_through != "view",
            "until": until.isoformat() if until is not None else None,
        }


def _require(connection: Connection) -> None:
    if not is_there(connection):
        raise DatabaseError(
            f"the control schema is older than version {_VERSION}, which has the fence",
            at=f"database {connection.info.dbname}",
            next="schemaguard install",
        )
