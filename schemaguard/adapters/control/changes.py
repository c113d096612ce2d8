"""What the guard saw go through, and what is retired: written and read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass
from schemaguard.sql.writing.identifiers import literal

Connection = psycopg.Connection[tuple[Any, ...]]

_NEXT = "select nextval(pg_get_serial_sequence('schemaguard.applied_change', 'id'))"
_APPLY = """\
select schemaguard.write_applied(%s::bigint, %s, %s::text[], %s, %s::text[], %s::jsonb, %s::text[], %s)"""


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
    row = connection.execute(_APPLY, (number, *_values(applied))).fetchone()
    assert row is not None
    return int(row[0])


def writing(applied: Sequence[Applied]) -> tuple[str, ...]:
    """The statement that writes applied changes down in their order; none where there are none."""
    lines = [f"select schemaguard.write_applied(null, {', '.join(map(_literal, _values(each)))})" for each in applied]
    return (" union all ".join(lines),) if lines else ()


def undoing(revision: str) -> str:
    """The statement that says of a revision that it was downgraded: what it applied is undone."""
    return f"select schemaguard.mark_undone({literal(revision)})"


def _literal(value: Any) -> str:
    """As psycopg writes it, but that a revision of a hundred statements doesn't take as long to spell as to run."""
    match value:
        case None:
            return "null"
        case str():
            return literal(value)
        case list():
            return f"array[{', '.join(map(literal, value))}]::text[]"
        case _:
            return f"{literal(json.dumps(value.obj))}::jsonb"


def _values(applied: Applied) -> tuple[Any, ...]:
    change = {
        "kinds": applied.kinds,
        "tables": [[table.schema, table.name] for table in applied.tables],
        "adds": [applied.adds[0].schema, applied.adds[0].name, applied.adds[1]] if applied.adds else None,
    }
    return (
        applied.revision, _list(applied.parents), applied.statement, list(applied.performed), Jsonb(change),
        _list(applied.inverse), applied.inverse_class,
    )  # fmt: skip


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
