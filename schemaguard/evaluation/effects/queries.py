"""Queries of a session: what they find are objects that are written when they change; deletes and updates are sent."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from schemaguard.evaluation.effects import rows
from schemaguard.evaluation.host import conversion
from schemaguard.evaluation.host.mapped import table_of
from schemaguard.evaluation.host.modelled import native
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Modelled, Unknown, Value
from schemaguard.frozen import dataclass, replace

_NARROWS_NOTHING = frozenset(
    {"options", "order_by", "yield_per", "execution_options", "with_for_update", "populate_existing",
     "enable_eagerloads", "autoflush"}
)  # fmt: skip
_NARROWS_SOMEHOW = frozenset(
    {"join", "outerjoin", "distinct", "limit", "offset", "group_by", "having", "select_from", "slice", "union",
     "union_all", "except_", "intersect", "enable_assertions", "reset_joinpoint", "add_columns", "params"}
)  # fmt: skip
_GIVES_ROWS = frozenset({"get", "get_or_404", "first_or_404", "one_or_404", "from_statement", "paginate"})
_COUNTS = frozenset(
    {"count", "exists", "subquery", "statement", "as_scalar", "scalar_subquery", "cte", "label", "column"}
)


@dataclass(frozen=True, slots=True)
class Query:
    """A query of a session so far."""

    table: Any
    """The table of the one class that it is about, None where that isn't known."""
    entities: tuple[Value, ...]
    conditions: tuple[Value, ...] = ()

    def narrowed(self, *conditions: Value) -> "Query":
        """The query with further conditions."""
        return replace(self, conditions=(*self.conditions, *conditions))


def query_of(interpreter: Interpreter, entity: Value) -> Value:
    """What `session.query(entity)` gives."""
    return query(interpreter, Query(table_of(entity), (entity,)))


def query(interpreter: Interpreter, asked: Query) -> Value:
    """The query as a value."""
    # The ORM takes a fifth of the time that Alembic takes to import, and hardly any migration asks for it.
    from sqlalchemy.orm import Query as HostQuery

    def find(_: Interpreter, name: str) -> Value:
        match name:
            case "filter" | "where":
                return native(name, lambda inner, arguments: _narrowed(inner, asked, arguments))
            case "filter_by":
                return native(name, lambda inner, arguments: _narrowed_by(inner, asked, arguments))
            case "delete":
                return native(name, lambda inner, _: _deleted(inner, asked))
            case "update":
                return native(name, lambda inner, arguments: _updated(inner, asked, arguments))
            case _ if name in _NARROWS_NOTHING:
                return native(name, lambda inner, _: query(inner, asked))
            case _ if name in _NARROWS_SOMEHOW:
                return native(name, lambda inner, _: query(inner, asked.narrowed(_somehow(inner))))
            case _ if name.startswith("__"):
                return NOTHING
            case _ if name in _COUNTS:
                return Unknown("what a query finds isn't known")
            case _ if name in _GIVES_ROWS:
                return native(name, lambda inner, _: rows.loaded(inner, *asked.entities))
            case _:
                return rows.attribute(rows.loaded(interpreter, *asked.entities), name)

    return Modelled("Query", find, kind=HostQuery)


def _somehow(interpreter: Interpreter) -> str:
    return interpreter.holes.text(Unknown("a condition isn't known"))


def _narrowed(interpreter: Interpreter, asked: Query, arguments: Arguments) -> Value:
    return query(interpreter, asked.narrowed(*(conversion.convert(interpreter, one) for one in arguments.positional)))


def _narrowed_by(interpreter: Interpreter, asked: Query, arguments: Arguments) -> Value:
    values = {key: conversion.convert(interpreter, value) for key, value in arguments.keywords.items()}
    # A name that is not a column's is an attribute called otherwise, or a relation: which rows are meant stays open.
    columns = asked.table.c if asked.table is not None else {}
    unknown = _somehow(interpreter)
    further = (columns[key] == value if key in columns else unknown for key, value in values.items())
    return query(interpreter, asked.narrowed(*further))


def _deleted(interpreter: Interpreter, asked: Query) -> Value:
    if asked.table is None:
        return _unknown_rows(interpreter, "deletes")
    return _send(interpreter, asked, sa.delete(asked.table))


def _updated(interpreter: Interpreter, asked: Query, arguments: Arguments) -> Value:
    values = conversion.convert(interpreter, arguments.get(0, "values"))
    if asked.table is None:
        return _unknown_rows(interpreter, "updates")
    if not isinstance(values, dict):
        return _send(interpreter, asked, sa.update(asked.table))
    named = {getattr(key, "name", key): one for key, one in values.items()}
    table = asked.table
    if not isinstance(table, sa.Table):
        # Which columns it has isn't known, but it has these.
        columns: Iterator[sa.ColumnClause[Any]] = (sa.column(name) for name in named if isinstance(name, str))
        table = sa.table(table.name, *columns, schema=table.schema)
    return _send(interpreter, asked, sa.update(table).values(named))


def _unknown_rows(interpreter: Interpreter, what: str) -> Value:
    interpreter.recorder.opaque(f"a session {what} rows, and it isn't known of which table", None)
    return Unknown("how many rows were changed isn't known")


def _send(interpreter: Interpreter, asked: Query, statement: Any) -> Value:
    where = [one for one in asked.conditions if not isinstance(one, str)]
    if len(where) < len(asked.conditions):
        where.append(sa.literal_column(_somehow(interpreter)))
    interpreter.recorder.guarded(lambda: interpreter.recorder.connection.execute(statement.where(*where)))
    return Unknown("how many rows were changed isn't known")
