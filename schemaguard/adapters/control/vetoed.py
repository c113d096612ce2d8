"""Retiring what a statement would have dropped, by number: the one place that knows how."""

import json
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.driver import refusal
from schemaguard.applying.vetoes import Lost
from schemaguard.catalog.objects import Name
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass

Connection = psycopg.Connection[tuple[Any, ...]]

_PLACE = """\
select n.nspname, c.relname, a.attname, a.attinhcount > 0, c.relkind::text,
    exists (select from pg_inherits i join pg_attribute k on k.attrelid = i.inhrelid and k.attname = a.attname
        and k.attinhcount > 0 and not k.attisdropped where i.inhparent = c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join pg_attribute a on a.attrelid = c.oid and a.attnum = %s and a.attnum > 0
where c.oid = %s"""
_RETIRED = """\
select restore_class from schemaguard.retired_object where id = %s"""
_NOW = """\
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid = %s and c.relkind in ('r', 'p', 'm')"""


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
    if place.kind == "m":
        row = connection.execute("select schemaguard.retire_view(%s::oid, %s)", (lost.relid, revision)).fetchone()
        assert row is not None
        done = int(row[0]), "instant"
    else:
        done = _retire(connection, lost, revision)
    # What was allowed for this retirement isn't allowed to the statement that follows.
    connection.execute("select schemaguard.withdraw()")
    return done


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
    connection.execute("select schemaguard.belongs_to(%s, %s)", (retired, applied))


def decoy(connection: Connection, lost: Lost) -> None:
    """Something empty of the retired one's name, for the rest of the statement to drop."""
    connection.execute("select schemaguard.decoy(%s::oid, %s::int2)", lost.number)


def is_empty(connection: Connection, lost: Lost) -> bool:
    """Whether its table has no row, and gets none until the transaction ends."""
    row = connection.execute(_NOW, (lost.relid,)).fetchone()
    if row is None or lost.kind == "materialized view":
        return False
    table = sql.Identifier(*row)
    connection.execute(sql.SQL("lock table {} in access exclusive mode").format(table))
    found = connection.execute(sql.SQL("select exists (select from {})").format(table)).fetchone()
    return found == (False,)
