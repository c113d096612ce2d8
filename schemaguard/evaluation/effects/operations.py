"""Alembic's operations."""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sa
from alembic.ddl.impl import DefaultImpl
from alembic.operations import BatchOperations, Operations

from schemaguard.catalog.changes import InsertRows
from schemaguard.catalog.objects import Name
from schemaguard.evaluation.effects.connections import is_open, send
from schemaguard.evaluation.host import conversion
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.machine.recorder import name_of
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import Arguments, Raised, Unknown, Unsupported, Value
from schemaguard.history.deployment import to_be_said

_TABLES = ("table_name", "source_table", "old_table_name", "source")
_NAMES = frozenset(
    {"table_name", "source_table", "referent_table", "old_table_name", "new_table_name", "constraint_name",
     "index_name", "column_name", "new_column_name", "name", "referent_schema", "source_schema", "schema", "comment",
     "condition", "source", "referent"}
)  # fmt: skip
_COLUMN_LISTS = frozenset({"columns", "local_cols", "remote_cols"})
_TYPES = frozenset({"type_"})
_WITHOUT_SHAPE = frozenset(
    {"table_args", "table_kwargs", "reflect_args", "reflect_kwargs", "copy_from", "partial_reordering",
     "postgresql_concurrently", "if_exists", "if_not_exists"}
)  # fmt: skip
"""Arguments that leave what comes out the same: those of making a table anew, and of how something is done."""
_QUIET = frozenset({"get_bind", "get_context", "f", "inline_literal"})


def operate(interpreter: Interpreter, receiver: Operations | BatchOperations, name: str, arguments: Arguments) -> Value:
    """One operation; opaque where what it needs isn't known."""
    if name == "execute":
        return send(interpreter, arguments.get(0, "sqltext"), None)
    method = getattr(receiver, name)
    if name == "bulk_insert":
        return _bulk_insert(interpreter, method, arguments)
    try:
        if arguments.is_open:
            raise Unsupported("not all of its arguments are known")
        positional, keywords = _prepared(interpreter, method, name, arguments)
    except Unsupported as reason:
        if name in _QUIET:
            return Unknown(str(reason))
        interpreter.recorder.opaque(f"op.{name}(): {reason}", None, _table(receiver, method, arguments))
        return Unknown(str(reason))
    try:
        return interpreter.recorder.guarded(lambda: method(*positional, **keywords))
    except Raised as raised:
        if interpreter.trying or name in _QUIET:
            raise
        names = _table(receiver, method, arguments)
        interpreter.recorder.opaque(f"op.{name}() can't be compiled: {raised.message}", None, names)
        return Unknown(f"op.{name}() can't be compiled")


def operate_below(interpreter: Interpreter, receiver: DefaultImpl, name: str, arguments: Arguments) -> Value:
    """One operation of what Alembic's own are made of, `op.get_context().impl`; opaque where not all of it is known."""
    if name == "execute":
        return send(interpreter, arguments.get(0, "sql"), None)
    positional = [conversion.convert(interpreter, value) for value in arguments.positional]
    keywords = {key: conversion.convert(interpreter, value) for key, value in arguments.keywords.items()}
    is_known = not arguments.is_open and not any(
        isinstance(value, Unknown) or is_open(value) for value in (*positional, *keywords.values())
    )
    if not is_known:
        interpreter.recorder.opaque(f"impl.{name}(): not all of its arguments are known", None)
        return None
    try:
        return interpreter.recorder.guarded(lambda: getattr(receiver, name)(*positional, **keywords))
    except Raised as raised:
        if interpreter.trying:
            raise
        interpreter.recorder.opaque(f"impl.{name}() can't be compiled: {raised.message}", None)
        return None


@cache
def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the positional parameters of an operation; `*` for those that take the rest."""
    found = inspect.signature(function).parameters.values()
    return tuple(
        "*" if one.kind is one.VAR_POSITIONAL else one.name
        for one in found
        if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD, one.VAR_POSITIONAL)
    )[1:]


def _named(method: Callable[..., Any], arguments: Arguments) -> list[tuple[str, Value]]:
    """(parameter, value) of each positional argument."""
    names = _parameters(method.__func__)  # type: ignore[attr-defined]  # it is a bound method
    return [(names[at] if at < len(names) else "*", value) for at, value in enumerate(arguments.positional)]


def _prepared(
    interpreter: Interpreter, method: Callable[..., Any], name: str, arguments: Arguments
) -> tuple[list[Value], dict[str, Value]]:
    positional = [_argument(interpreter, name, key, value) for key, value in _named(method, arguments)]
    keywords = {
        key: _argument(interpreter, name, key, value)
        for key, value in arguments.keywords.items()
        if not (isinstance(value, Unknown) and (key.startswith("existing_") or key in _WITHOUT_SHAPE))
    }
    return positional, keywords


def _argument(interpreter: Interpreter, operation: str, key: str, value: Value) -> Value:
    if key in _TYPES or key == "existing_type":
        return conversion.as_type(interpreter, value)
    if key in ("server_default", "existing_server_default"):
        return conversion.server_default(interpreter, value)
    if not isinstance(value, Unknown):
        return conversion.convert(interpreter, value)
    if key in _NAMES:
        return interpreter.holes.text(value)
    if key in _COLUMN_LISTS and operation != "create_table":
        return [interpreter.holes.text(value)]
    raise Unsupported(to_be_said(value.reason, value.name))


def _table(
    receiver: Operations | BatchOperations, method: Callable[..., Any], arguments: Arguments
) -> frozenset[Name] | None:
    """The table that an operation is about, None where that isn't known."""
    if isinstance(receiver, BatchOperations):
        return frozenset({name_of(receiver.impl.table_name, receiver.impl.schema)})
    named = dict(_named(method, arguments)) | arguments.keywords
    schema = named.get("schema")
    for key in _TABLES:
        table = named.get(key)
        if isinstance(table, str) and not has_hole(table):
            return frozenset({name_of(table, schema)})
    return None


def _bulk_insert(interpreter: Interpreter, method: Callable[..., Any], arguments: Arguments) -> Value:
    table, rows = conversion.convert(interpreter, arguments.get(0, "table")), arguments.get(1, "rows")
    if not isinstance(table, sa.sql.expression.TableClause):
        interpreter.recorder.opaque("op.bulk_insert() into a table that isn't known", None)
        return None
    values = interpreter.iterate(rows)
    listed = None if values is None else interpreter.budget.listed(values)
    if listed is None or not all(isinstance(row, dict) and not is_open(row) for row in listed):
        # Which rows isn't known, but where they go is.
        name = name_of(table.name, table.schema)
        columns = tuple(str(column.name) for column in table.columns)
        interpreter.recorder.changed("", (InsertRows(name, columns),))
        return None
    known = [conversion.convert(interpreter, row) for row in listed]
    multi = arguments.keywords.get("multiinsert", True) is not False
    return interpreter.recorder.guarded(lambda: method(table, known, multiinsert=multi))
