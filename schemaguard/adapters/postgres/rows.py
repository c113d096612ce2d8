"""Rows whose fields have names: a class a query would take longer to make than a small catalog takes to read."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from psycopg.cursor import Cursor


def named_row(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], SimpleNamespace]:
    """A row factory of psycopg's. See https://www.psycopg.org/psycopg3/docs/advanced/rows.html."""
    return naming([column.name for column in cursor.description or ()])


def naming(names: Sequence[str]) -> Callable[[Sequence[Any]], SimpleNamespace]:
    """What gives a row its names."""
    return lambda values: SimpleNamespace(**dict(zip(names, values, strict=True)))
