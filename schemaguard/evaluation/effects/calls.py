"""Calls of real objects: what only computes or makes a construct is done, and what sends goes to what records it."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from alembic.ddl.impl import DefaultImpl
from alembic.operations import BatchOperations, Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, Table
from sqlalchemy.engine import Connection, Dialect, Engine, Inspector
from sqlalchemy.types import TypeEngine

from schemaguard.evaluation.database.connection import RecordedTransaction
from schemaguard.evaluation.effects import connections, operations
from schemaguard.evaluation.host import allowed, conversion, legacy, objects
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import (
    Arguments,
    Class,
    EvaluatedFunction,
    HostMethod,
    Instance,
    Modelled,
    Raised,
    Unknown,
    Value,
)


def call(interpreter: Interpreter, function: Value, arguments: Arguments) -> Value:
    """What calling a real object, a modelled one, or a method of a real one gives."""
    match function:
        case Modelled(call=act):
            return act(interpreter, arguments) if act is not None else Unknown(f"{function.name} isn't modelled")
        case HostMethod(receiver=receiver, name=name):
            return _call_method(interpreter, receiver, name, arguments)
        case type() if issubclass(function, TypeEngine):
            return conversion.make_type(interpreter, function, arguments)
        case type() if issubclass(function, Enum):
            return _member(function, arguments)
        case type() if issubclass(function, Exception):
            return _exception(function, arguments)
    if allowed.is_construct(function):
        return conversion.construct(interpreter, function, arguments)
    if isinstance(function, type) and issubclass(function, Dialect):
        # Of a dialect that code makes by itself, only how it quotes is ever wanted.
        return interpreter.recorder.dialect
    if allowed.is_pure(function):
        return _pure(interpreter, function, arguments)
    return Unknown(f"{getattr(function, '__name__', type(function).__name__)}() isn't modelled")


def _call_method(interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments) -> Value:
    if isinstance(receiver, Operations | BatchOperations):
        return operations.operate(interpreter, receiver, name, arguments)
    if isinstance(receiver, DefaultImpl):
        return operations.operate_below(interpreter, receiver, name, arguments)
    if isinstance(receiver, Connection | Engine):
        return connections.execute(interpreter, receiver, name, arguments)
    if isinstance(receiver, RecordedTransaction) and name in ("commit", "rollback", "close"):
        return interpreter.recorder.guarded(getattr(receiver, name))
    if isinstance(receiver, Inspector | Dialect | MigrationContext):
        return connections.ask(interpreter, receiver, name, arguments)
    if isinstance(receiver, MetaData | Table | TypeEngine) and name in ("create", "create_all", "drop", "drop_all"):
        return connections.create(interpreter, receiver, name, arguments)
    if allowed.is_pure_method(receiver):
        return _pure(interpreter, getattr(receiver, name), arguments)
    method = getattr(receiver, legacy.METHODS.get(name, name), None)
    if method is None:
        return Unknown(f"{name}() of a {type(receiver).__name__} isn't there any more")
    return conversion.construct(interpreter, method, arguments)


def _pure(interpreter: Interpreter, function: Callable[..., Any], arguments: Arguments) -> Value:
    """A call that only computes: unknown where an argument is, or belongs to the evaluated code."""
    for value in arguments.values():
        if isinstance(value, Unknown | EvaluatedFunction | Class | Instance | Modelled):
            return Unknown(value.reason if isinstance(value, Unknown) else "an argument isn't plain")
    if arguments.is_open:
        return Unknown("the arguments aren't known")
    return objects.within_bounds(
        interpreter.recorder.guarded(lambda: function(*arguments.positional, **arguments.keywords))
    )


def _member(kind: type[Enum], arguments: Arguments) -> Value:
    value = arguments.get(0, "value")
    if isinstance(value, Unknown):
        return value
    try:
        return kind(value)
    except (ValueError, TypeError) as error:
        raise Raised(error) from error


def _exception(kind: type[Exception], arguments: Arguments) -> Value:
    try:
        return kind(*(str(one) if isinstance(one, str) else one for one in arguments.positional))
    except TypeError:
        return RuntimeError(kind.__name__)
