"""What the guard saw go through, and what is retired: written and read."""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
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
    """The statements that write applied changes down in their order, one a revision; none where there are none."""
    return tuple(
        f"select schemaguard.write_changes({literal(revision)}, {_list_written(parents)}, "
        f"{literal(json.dumps([document(each) for each in changes], ensure_ascii=False))}::jsonb)"
        for (revision, parents), changes in groupby(applied, lambda each: (each.revision, each.parents))
    )


def document(applied: Applied) -> dict[str, Any]:
    """A change as the server's functions take it."""
    return {
        "statement": applied.statement,
        "performed": applied.performed,
        "change": _change(applied),
        "inverse": applied.inverse,
        "inverse_class": applied.inverse_class,
    }


def undoing(revision: str) -> str:
    """The statement that says of a revision that it was downgraded: what it applied is undone."""
    return f"select schemaguard.mark_undone({literal(revision)})"


def _list_written(values: tuple[str, ...] | None) -> str:
    return "null" if values is None else f"array[{', '.join(map(literal, values))}]::text[]"


def _values(applied: Applied) -> tuple[Any, ...]:
    return (
        applied.revision, _list(applied.parents), applied.statement, list(applied.performed), Jsonb(_change(applied)),
        _list(applied.inverse), applied.inverse_class,
    )  # fmt: skip


def _change(applied: Applied) -> dict[str, Any]:
    return {
        "kinds": applied.kinds,
        "tables": [[table.schema, table.name] for table in applied.tables],
        "adds": [applied.adds[0].schema, applied.adds[0].name, applied.adds[1]] if applied.adds else None,
    }


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
