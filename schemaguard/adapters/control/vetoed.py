"""Retiring what a statement would have dropped, by number: the one place that knows how."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from schemaguard.adapters.postgres.driver import refusal
from schemaguard.applying.vetoes import Lost
from schemaguard.catalog.objects import Name
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass

Connection = psycopg.Connection[tuple[Any, ...]]

_PLACE = """\
select n.nspname, c.relname, a.attname, a.attinhcount > 0, c.relkind::text, lost.relid, lost.attnum,
    exists (select from pg_inherits i join pg_attribute k on k.attrelid = i.inhrelid and k.attname = a.attname
        and k.attinhcount > 0 and not k.attisdropped where i.inhparent = c.oid)
from unnest(%s::oid[], %s::int2[]) as lost (relid, attnum)
join pg_class c on c.oid = lost.relid join pg_namespace n on n.oid = c.relnamespace
left join pg_attribute a on a.attrelid = c.oid and a.attnum = lost.attnum and a.attnum > 0"""
_RETIRE = """\
select id, class from schemaguard.retire_instead(%s::oid, %s::int2, %s, %s::text[], %s::jsonb, %s, %s::jsonb)"""
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


@dataclass(frozen=True, slots=True)
class Retiring:
    """What is written down with a retirement: by which revision on which parents, the change (None: nothing is
    recorded, as of a downgrade; see changes.document), who runs it, and what the ledger is told.
    """

    revision: str
    parents: tuple[str, ...] | None
    written: Mapping[str, Any] | None
    actor: str
    facts: Mapping[str, Any]


def standings(connection: Connection, lost: Sequence[Lost]) -> dict[tuple[int, int], Standing]:
    """Where each of them stands, by its number; those that aren't there are left out."""
    numbers = [each.relid for each in lost], [each.attnum for each in lost]
    rows = connection.execute(_PLACE, numbers).fetchall()
    return {
        (row[5], row[6]): Standing(Name(row[1], row[0]), row[2], bool(row[3]), row[4], bool(row[7])) for row in rows
    }


def standing(connection: Connection, lost: Lost) -> Standing | None:
    """Where it stands; None where it isn't there."""
    return standings(connection, (lost,)).get(lost.number)


def retire(connection: Connection, lost: Lost, what: Retiring) -> str:
    """Take it out of sight with its values and write that down, in the caller's transaction: what its way back costs.

    RefusedError, with what to do first, where it can't be retired.
    """
    written = Jsonb(what.written) if what.written is not None else None
    parents = list(what.parents) if what.parents is not None else None
    try:
        row = connection.execute(
            _RETIRE, (*lost.number, what.revision, parents, written, what.actor, Jsonb(what.facts))
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
    return str(row[1])


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
