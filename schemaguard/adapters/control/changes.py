"""What the guard saw go through, and what is retired: written and read."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass

Connection = psycopg.Connection[tuple[Any, ...]]

_NEXT = "select nextval(pg_get_serial_sequence('schemaguard.applied_change', 'id'))"
_APPLY = """\
select schemaguard.write_applied(%s::bigint, %s, %s::text[], %s, %s::text[], %s::jsonb, %s::text[], %s)"""
_UNDO = "select schemaguard.mark_undone(%s)"


@dataclass(frozen=True, slots=True)
class Applied:
    """One change that went through: what was sent, what was carried out, what it touched, and its inverse.

    `parents` are the revisions that its revision stands on, None where they aren't known.
    """

    revision: str
    parents: tuple[str, ...] | None
    statement: str
    performed: tuple[str, ...]
    kinds: tuple[str, ...]
    tables: tuple[Name, ...]
    adds: tuple[Name, str | None] | None
    inverse: tuple[str, ...] | None
    inverse_class: str


def next_number(connection: Connection) -> int:
    """The number of the next applied change; it is also the token that retired names carry."""
    row = connection.execute(_NEXT).fetchone()
    assert row is not None
    return int(row[0])


def write_applied(connection: Connection, number: int | None, applied: Applied) -> int:
    """Write an applied change down under its number (None: the next one), in the caller's transaction; the number."""
    change = {
        "kinds": applied.kinds,
        "tables": [[table.schema, table.name] for table in applied.tables],
        "adds": [applied.adds[0].schema, applied.adds[0].name, applied.adds[1]] if applied.adds else None,
    }
    row = connection.execute(
        _APPLY,
        (
            number, applied.revision, _list(applied.parents), applied.statement, list(applied.performed),
            Jsonb(change), _list(applied.inverse), applied.inverse_class,
        ),
    ).fetchone()  # fmt: skip
    assert row is not None
    return int(row[0])


def mark_undone(connection: Connection, revision: str) -> None:
    """A revision was downgraded: what it applied is undone."""
    connection.execute(_UNDO, (revision,))


def _list(values: tuple[str, ...] | None) -> list[str] | None:
    return list(values) if values is not None else None


def parse_change(document: Mapping[str, Any]) -> tuple[tuple[Name, str | None] | None, frozenset[Name]]:
    """(what the change adds, the tables it touches) of a stored change."""
    adds = document.get("adds")
    tables: Sequence[Sequence[str]] = document.get("tables", ())
    return (
        (Name(adds[1], adds[0]), adds[2]) if adds else None,
        frozenset(Name(table, schema) for schema, table in tables),
    )
