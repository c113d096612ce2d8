"""Alembic's operations, and what a connection, an inspector or a migration context is asked for."""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sa
from alembic.operations import BatchOperations, Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeEngine

from schemaguard.catalog.changes import InsertRows
from schemaguard.catalog.objects import Name
from schemaguard.history.evaluation import conversion, tables
from schemaguard.history.evaluation.holes import has_hole
from schemaguard.history.evaluation.interpreter import Interpreter
from schemaguard.history.evaluation.recorder import name_of
from schemaguard.history.evaluation.values import Arguments, Raised, Unknown, Unsupported, Value

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
        return _execute_operation(interpreter, arguments)
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
    raise Unsupported(value.reason)


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


def _execute_operation(interpreter: Interpreter, arguments: Arguments) -> Value:
    statement = arguments.get(0, "sqltext")
    return _run(interpreter, statement, None)


def _bulk_insert(interpreter: Interpreter, method: Callable[..., Any], arguments: Arguments) -> Value:
    table, rows = conversion.convert(interpreter, arguments.get(0, "table")), arguments.get(1, "rows")
    if not isinstance(table, sa.sql.expression.TableClause):
        interpreter.recorder.opaque("op.bulk_insert() into a table that isn't known", None)
        return None
    values = interpreter.iterate(rows)
    listed = None if values is None else interpreter.budget.listed(values)
    if listed is None or not all(isinstance(row, dict) and not _is_open(row) for row in listed):
        # Which rows isn't known, but where they go is.
        name = name_of(table.name, table.schema)
        columns = tuple(str(column.name) for column in table.columns)
        interpreter.recorder.changed("", (InsertRows(name, columns),))
        return None
    known = [conversion.convert(interpreter, row) for row in listed]
    multi = arguments.keywords.get("multiinsert", True) is not False
    return interpreter.recorder.guarded(lambda: method(table, known, multiinsert=multi))


def _is_open(row: Value) -> bool:
    """Whether a set of values may have more of them than are known."""
    return isinstance(row, dict) and any(not isinstance(key, str) for key in row)


# Connections


def execute(interpreter: Interpreter, receiver: Any, name: str, arguments: Arguments) -> Value:
    """What a connection or an engine is asked to do."""
    recorder = interpreter.recorder
    match name:
        case "execute" | "scalar" | "scalars" | "exec_driver_sql":
            return _run(interpreter, arguments.get(0, "statement"), arguments)
        case "execution_options":
            known = {key: value for key, value in arguments.keywords.items() if isinstance(value, str | bool | int)}
            if isinstance(receiver, Engine):
                recorder.connection.execution_options(**known)
                return receiver
            return recorder.guarded(lambda: receiver.execution_options(**known))
        case "commit":
            recorder.commit()
            return None
        case "close" | "dispose" | "detach" | "invalidate" | "rollback":
            return None
        case "run_callable":
            return interpreter.call(arguments.positional[0], Arguments([receiver, *arguments.positional[1:]]))
        case "raw_connection":
            return interpreter.attribute(recorder.connection, "connection")
        case "connect" if not isinstance(receiver, Engine):
            return receiver
        case _:
            return recorder.guarded(getattr(receiver, name))


def _run(interpreter: Interpreter, statement: Value, arguments: Arguments | None) -> Value:
    """Send a statement with its parameters."""
    if isinstance(statement, Unknown):
        interpreter.recorder.opaque(f"a statement is sent that isn't known: {statement.reason}", None)
        return Unknown("what a query finds isn't known")
    statement = conversion.convert(interpreter, statement)
    given = _parameters_given(interpreter, statement, arguments)
    recorder = interpreter.recorder
    if isinstance(statement, str):
        if arguments is None:
            statement = sa.text(statement)
        else:
            recorder.guarded(lambda: recorder.connection.exec_driver_sql(statement, given or None))
            return Unknown("what a query finds isn't known")
    if not isinstance(statement, Executable):
        recorder.opaque("something is executed that is no statement", None)
        return Unknown("what a query finds isn't known")
    try:
        return recorder.guarded(lambda: recorder.connection.execute(statement, given))
    except Raised as raised:
        if interpreter.trying:
            raise
        _send_unbound(interpreter, statement, raised)
        return Unknown("what a query finds isn't known")


def _send_unbound(interpreter: Interpreter, statement: Any, refused: Raised) -> None:
    """Send a statement whose parameters the driver would refuse, as some of them aren't known."""
    recorder = interpreter.recorder
    try:
        compiled = recorder.guarded(lambda: statement.compile(dialect=recorder.dialect))
        text = str(compiled).replace("%%", "%")
    except Raised:
        recorder.opaque(f"a statement can't be compiled: {refused.message}", None)
        return
    recorder.statement(text, dict(compiled.params or {}))


def _parameters_given(interpreter: Interpreter, statement: Value, arguments: Arguments | None) -> Any:
    if arguments is None:
        return None
    given = arguments.get(1, "parameters", arguments.keywords.get("params"))
    keywords = {
        key: value
        for key, value in arguments.keywords.items()
        if key not in ("statement", "parameters", "params", "execution_options")
    }
    if keywords and given is None:
        given = keywords
    if given is None and not arguments.is_open:
        return None
    if isinstance(given, list) and not given:
        return None
    is_known = isinstance(given, dict | tuple) or (isinstance(given, list) and all(type(row) is dict for row in given))
    if is_known and not _is_open(given):
        return conversion.convert(interpreter, given)
    return _holes_for(interpreter, statement)


def _holes_for(interpreter: Interpreter, statement: Value) -> Any:
    """A value that isn't known for every parameter that the statement needs."""
    if not isinstance(statement, sa.sql.expression.ClauseElement):
        return None
    unknown = interpreter.holes.text(Unknown("the parameters of a statement aren't known"))
    compiled = interpreter.recorder.guarded(lambda: statement.compile(dialect=interpreter.recorder.dialect))
    needed = {bind.key for bind in getattr(compiled, "binds", {}).values() if getattr(bind, "required", False)}
    return dict.fromkeys(needed, unknown) or None


def ask(interpreter: Interpreter, receiver: Any, name: str, arguments: Arguments) -> Value:
    """What an inspector, a dialect or a migration context is asked for."""
    if isinstance(receiver, MigrationContext) and name == "execute":
        return _execute_operation(interpreter, arguments)
    if name == "get_current_revision":
        return Unknown("which revision a database is at isn't known")
    if name == "type_descriptor":
        return conversion.as_type(interpreter, arguments.get(0, "typeobj"))
    unknown = next((value for value in arguments.values() if isinstance(value, Unknown) or has_hole(value)), None)
    if unknown is not None or arguments.is_open:
        return Unknown(unknown.reason if isinstance(unknown, Unknown) else "a name isn't known")
    keywords = {key: value for key, value in arguments.keywords.items() if key != "info_cache"}
    return interpreter.recorder.attempted(
        lambda: getattr(receiver, name)(*arguments.positional, **keywords), f"the answer to {name}()"
    )


def create(interpreter: Interpreter, receiver: Any, name: str, arguments: Arguments) -> Value:
    """`create`, `create_all` and the like of a table, a type or a whole metadata, on the connection that there is."""
    recorder = interpreter.recorder
    chosen = arguments.keywords.get("tables", arguments.positional[1] if len(arguments.positional) > 1 else None)
    if isinstance(receiver, sa.MetaData):
        if tables.is_partial(receiver) and chosen is None and not tables.complete(interpreter, receiver):
            recorder.opaque(f"{name}() is about all tables of the application, and not all of them are known", None)
            return None
        if isinstance(chosen, Unknown):
            recorder.opaque(f"{name}() of tables that aren't known", None)
            return None
    if isinstance(receiver, TypeEngine) and not hasattr(type(receiver), name):
        recorder.opaque(f"{name}() of a type that isn't known", None)
        return None
    checkfirst = arguments.keywords.get("checkfirst", arguments.positional[-1] if arguments.positional else None)
    # What a foreign key refers to by its name may be another class of the module.
    interpreter.evaluate_classes()
    keywords: dict[str, Any] = {}
    if isinstance(checkfirst, bool):
        keywords["checkfirst"] = checkfirst
    if isinstance(receiver, sa.MetaData) and chosen is not None:
        keywords["tables"] = conversion.convert(interpreter, chosen)
    try:
        return recorder.guarded(lambda: getattr(receiver, name)(recorder.connection, **keywords))
    except Raised as error:
        if interpreter.trying:
            raise
        recorder.opaque(f"{name}() can't be compiled: {error.message}", None, _named_by(receiver))
        return None


def _named_by(receiver: Any) -> frozenset[Name] | None:
    return frozenset({name_of(receiver.name, receiver.schema)}) if isinstance(receiver, sa.Table) else None
