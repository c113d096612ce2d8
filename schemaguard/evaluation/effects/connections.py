"""What a connection, an engine, an inspector or a migration context is asked for."""

from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeEngine

from schemaguard.catalog.objects import Name
from schemaguard.evaluation.database.connection import RecordingConnection
from schemaguard.evaluation.host import conversion, tables
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.machine.recorder import name_of
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import Arguments, Raised, Unknown, Value
from schemaguard.history.deployment import to_be_said


def execute(interpreter: Interpreter, receiver: Any, name: str, arguments: Arguments) -> Value:
    """What a connection or an engine is asked to do."""
    recorder = interpreter.recorder
    match name:
        case "execute" | "scalar" | "scalars" | "exec_driver_sql":
            return send(interpreter, arguments.get(0, "statement"), arguments)
        case "execution_options":
            known = {key: value for key, value in arguments.keywords.items() if isinstance(value, str | bool | int)}
            if isinstance(receiver, Engine):
                recorder.connection.execution_options(**known)
                return receiver
            return recorder.guarded(lambda: receiver.execution_options(**known))
        case "commit":
            recorder.commit()
            return None
        case "rollback" if isinstance(receiver, RecordingConnection):
            receiver.rollback()
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


def send(interpreter: Interpreter, statement: Value, arguments: Arguments | None) -> Value:
    """Send a statement with its parameters."""
    if isinstance(statement, Unknown):
        reason = to_be_said(statement.reason, statement.name)
        interpreter.recorder.opaque(f"a statement is sent that isn't known: {reason}", None)
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
        recorder.opaque("something that is not a statement is executed", None)
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
    if is_known and not is_open(given):
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
        return send(interpreter, arguments.get(0, "sqltext"), None)
    if name == "get_current_revision":
        return Unknown("which revision a database is at isn't known")
    if name == "type_descriptor":
        return conversion.as_type(interpreter, arguments.get(0, "typeobj"))
    arguments = _presumed(interpreter, arguments)
    unknown = next((value for value in arguments.values() if isinstance(value, Unknown) or has_hole(value)), None)
    if unknown is not None or arguments.is_open:
        return Unknown(unknown.reason if isinstance(unknown, Unknown) else "a name isn't known")
    keywords = {key: value for key, value in arguments.keywords.items() if key != "info_cache"}
    found = interpreter.recorder.attempted(
        lambda: getattr(receiver, name)(*arguments.positional, **keywords), f"the answer to {name}()"
    )
    if name == "has_table" and found is False and _may_be_there(interpreter, receiver, arguments):
        return Unknown("whether there is a table that no migration makes isn't known")
    return found


def _may_be_there(interpreter: Interpreter, receiver: Any, arguments: Arguments) -> bool:
    """Whether the table could have been made elsewhere: no migration has made it, nor taken it away."""
    first = 0 if isinstance(receiver, sa.Inspector) else 1  # A dialect is told of the connection before.
    schema = arguments.get(first + 1, "schema")
    name = Name(str(arguments.get(first, "table_name")), schema if isinstance(schema, str) else None)
    catalog = interpreter.recorder.catalog
    return catalog.resolve(name) not in catalog.gone


def _presumed(interpreter: Interpreter, arguments: Arguments) -> Arguments:
    """The arguments with defaults where only a deployment knows more: what statements name is what is asked for."""

    def one(value: Value) -> Value:
        text = interpreter.holes.text(value) if isinstance(value, Unknown) and value.default is not None else value
        return interpreter.holes.presumed(text, interpreter.deployment) if has_hole(text) else value

    keywords = {key: one(value) for key, value in arguments.keywords.items()}
    return Arguments([one(value) for value in arguments.positional], keywords, arguments.is_open)


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


def is_open(row: Value) -> bool:
    """Whether a set of values may have more of them than are known."""
    return isinstance(row, dict) and any(not isinstance(key, str) for key in row)
