"""Retiring what a statement would have dropped, by number: the one place that knows how."""

import json
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.control import changes
from schemaguard.adapters.postgres.driver import refusal
from schemaguard.applying.vetoes import Lost
from schemaguard.catalog.objects import Name
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass
from schemaguard.sql.writing.identifiers import qualified, quote

Connection = psycopg.Connection[tuple[Any, ...]]

_MOVED = """\
insert into schemaguard.retired_object (kind, table_schema, table_name, hidden_schema, hidden_table, restore,
    restore_class, purge_after)
values ('table', %s, %s, %s, %s, %s, 'instant', now() + interval '90 days') returning id"""
_PLACE = """\
select n.nspname, c.relname, a.attname, a.attinhcount > 0, c.relkind::text,
    exists (select from pg_inherits i join pg_attribute k on k.attrelid = i.inhrelid and k.attname = a.attname
        and k.attinhcount > 0 and not k.attisdropped where i.inhparent = c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join pg_attribute a on a.attrelid = c.oid and a.attnum = %s and a.attnum > 0
where c.oid = %s"""
_RETIRED = """\
select restore_class from schemaguard.retired_object where id = %s"""
# A domain may refuse NULL, which is all that a decoy holds.
_TYPE = """\
select case when t.typtype = 'd' then 'text' else format_type(a.atttypid, a.atttypmod) end
from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = %s and a.attnum = %s"""
_NOW = """\
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid = %s and c.relkind in ('r', 'p', 'm')"""
_NEWEST = "select max(attnum) from pg_attribute where attrelid = %s"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a relation or column stands now: `column` None for the relation."""

    table: Name
    column: str | None
    is_inherited: bool
    kind: str
    has_heirs: bool

    @property
    def object(self) -> str:
        """Its name, such as `transactions.channel`."""
        return f"{self.table}.{self.column}" if self.column else str(self.table)


def standing(connection: Connection, lost: Lost) -> Standing | None:
    """Where it stands; None where it isn't there."""
    row = connection.execute(_PLACE, (lost.attnum, lost.relid)).fetchone()
    if row is None:
        return None
    return Standing(Name(row[1], row[0]), row[2], bool(row[3]), row[4], bool(row[5]))


def retire(connection: Connection, lost: Lost, revision: str) -> tuple[int, str]:
    """Take it out of sight with its values, in the caller's transaction: (its number, what its way back costs).

    RefusedError, with what to do first, where it can't be retired.
    """
    place = standing(connection, lost)
    if place is None:
        raise RefusedError(f"{lost.object} is gone", at=lost.object, next="look at the migration")
    done = _move_away(connection, place) if place.kind == "m" else _retire(connection, lost, revision)
    connection.execute("select schemaguard.promise_retired(%s::oid, %s::int2)", lost.number)
    # What was allowed for this retirement isn't allowed to the statement that follows.
    connection.execute("select schemaguard.withdraw()")
    return done


def _move_away(connection: Connection, place: Standing) -> tuple[int, str]:
    """A materialized view moves to a schema of its own, with the rows that it holds."""
    grave = f"schemaguard_retired_{changes.next_number(connection)}"
    view = sql.Identifier(place.table.schema or "public", place.table.name)
    connection.execute(sql.SQL("create schema {}").format(sql.Identifier(grave)))
    connection.execute(sql.SQL("alter materialized view {} set schema {}").format(view, sql.Identifier(grave)))
    hidden, back = Name(place.table.name, grave), place.table.schema or "public"
    restore = [f"ALTER MATERIALIZED VIEW {qualified(hidden)} SET SCHEMA {quote(back)}", f"DROP SCHEMA {quote(grave)}"]
    row = connection.execute(_MOVED, (back, place.table.name, grave, place.table.name, restore)).fetchone()
    assert row is not None
    return int(row[0]), "instant"


def _retire(connection: Connection, lost: Lost, revision: str) -> tuple[int, str]:
    try:
        row = connection.execute(
            "select schemaguard.retire(%s::oid, %s::int2, %s)", (*lost.number, revision)
        ).fetchone()
    except Exception as error:
        found = refusal(error)
        if found is None or found.state != "SG010":
            raise
        told = json.loads(found.detail or "{}")
        raise RefusedError(
            f"{told.get('object', lost.object)} can't be retired: {told.get('why', found)}",
            next=str(told.get("next", "keep it, or drop it by hand once nobody needs it")),
        ) from error
    assert row is not None
    cost = connection.execute(_RETIRED, (row[0],)).fetchone()
    assert cost is not None
    return int(row[0]), str(cost[0])


def belongs_to(connection: Connection, retired: int, applied: int | None) -> None:
    """The change whose drop a retirement is."""
    connection.execute("update schemaguard.retired_object set applied_change = %s where id = %s", (applied, retired))


def decoy(connection: Connection, lost: Lost, place: Standing) -> None:
    """Something empty of the same name, for the rest of the statement to drop. `place` is where it stood before."""
    name = sql.Identifier(place.table.schema or "public", place.table.name)
    if place.column is None:
        row = connection.execute(_NOW, (lost.relid,)).fetchone()
        assert row is not None
        if place.kind == "m":
            empty = sql.SQL("create materialized view {} as select * from {} with no data")
            connection.execute(empty.format(name, sql.Identifier(*row)))
            return
        connection.execute(sql.SQL("create table {} (like {})").format(name, sql.Identifier(*row)))
        return
    row = connection.execute(_TYPE, lost.number).fetchone()
    assert row is not None
    add = sql.SQL("alter table {} add column {} {}").format(name, sql.Identifier(place.column), sql.SQL(row[0]))
    connection.execute(add)
    newest = connection.execute(_NEWEST, (lost.relid,)).fetchone()
    assert newest is not None
    connection.execute("select schemaguard.allow(%s::oid, %s::int2, 'drop')", (lost.relid, newest[0]))


def is_empty(connection: Connection, lost: Lost) -> bool:
    """Whether its table has no row, and gets none until the transaction ends."""
    row = connection.execute(_NOW, (lost.relid,)).fetchone()
    if row is None or lost.kind == "materialized view":
        return False
    table = sql.Identifier(*row)
    connection.execute(sql.SQL("lock table {} in access exclusive mode").format(table))
    found = connection.execute(sql.SQL("select exists (select from {})").format(table)).fetchone()
    return found == (False,)
