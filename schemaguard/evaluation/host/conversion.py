"""From values of evaluated code to what SQLAlchemy and Alembic take: constructs, types, and holes for the unknown."""

from collections.abc import Callable
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from schemaguard.evaluation.host import legacy
from schemaguard.evaluation.host.mapped import table_of
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    Class,
    EvaluatedFunction,
    HostMethod,
    Instance,
    Modelled,
    Native,
    Raised,
    Unknown,
    Value,
)
from schemaguard.history.deployment import to_be_said

_OF_THE_CLIENT = ("info", "doc", "system", "sort_order", "init", "deferred")
"""Arguments of a column that no statement shows."""
_BY_THE_CLIENT = ("default", "onupdate", "insert_default")
"""Values that the client sends: a key that has one is not a serial, and inserts and updates name the column."""
_SERVER = ("server_default", "server_onupdate")
_TAKE_TYPES = (sa.cast, sa.type_coerce, sa.try_cast)
_CALLED_BY_SQLALCHEMY = (EvaluatedFunction, Native, HostMethod)


class SpelledType(UserDefinedType[Any]):
    """A type that is known by its spelling only."""

    cache_ok = True

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling

    def get_col_spec(self, **_: object) -> str:
        """The spelling."""
        return self.spelling


def unknown_type(interpreter: Interpreter, unknown: Unknown) -> TypeEngine[Any]:
    """A type whose spelling is a hole: what the settings could say is a value, and no type."""
    reason = unknown.reason if unknown.is_code else to_be_said(unknown.reason, unknown.name)
    return SpelledType(interpreter.holes.text(Unknown(reason)))


def convert(interpreter: Interpreter, value: Value) -> Value:
    """A value as SQLAlchemy takes it: what isn't known becomes a text that is a hole, and a model its table."""
    if isinstance(value, list | tuple | set | frozenset | dict):
        interpreter.extents.check(value)
    return _converted(interpreter, value)


def _converted(interpreter: Interpreter, value: Value) -> Value:
    if isinstance(value, str | int | float | bool | type(None)):
        return value
    if isinstance(value, Unknown):
        return interpreter.holes.text(value)
    if isinstance(value, Class):
        return _of_class(interpreter, value)
    if isinstance(value, list):
        return [_converted(interpreter, one) for one in interpreter.budget.items(value)]
    if isinstance(value, tuple):
        return tuple(_converted(interpreter, one) for one in value)
    if isinstance(value, set | frozenset):
        return {_converted(interpreter, one) for one in value}
    if isinstance(value, dict):
        return {_converted(interpreter, key): _converted(interpreter, one) for key, one in value.items()}
    if isinstance(value, Instance | Modelled | Native | EvaluatedFunction | HostMethod):
        return interpreter.holes.text(Unknown("an object of the application isn't known here"))
    if isinstance(value, type) and issubclass(value, TypeDecorator):
        return unknown_type(interpreter, Unknown(f"{value.__name__} says no type"))
    return value


def _of_class(interpreter: Interpreter, value: Class) -> Value:
    if value.made is not None:
        return value.made
    if value.host is not None and issubclass(value.host, TypeEngine):
        return interpreter.call(value, Arguments())
    table = table_of(value)
    if table is not None:
        return table
    return interpreter.holes.text(Unknown(f"what {value.name} is in the database isn't known"))


def as_type(interpreter: Interpreter, value: Value) -> Value:
    """A value in the place of a type."""
    if isinstance(value, Unknown):
        return unknown_type(interpreter, value)
    if isinstance(value, type) and issubclass(value, TypeEngine):
        return make_type(interpreter, value, Arguments())
    if isinstance(value, Modelled) and value.kind is TypeEngine:
        return as_type(interpreter, interpreter.call(value, Arguments()))
    if isinstance(value, EvaluatedFunction):
        # As SQLAlchemy does: what can be called in the place of a type makes one.
        made = interpreter.call_with(value)
        return (
            unknown_type(interpreter, Unknown("a type isn't modelled"))
            if isinstance(made, EvaluatedFunction)
            else as_type(interpreter, made)
        )
    if isinstance(value, Class | Instance | Modelled | Native | EvaluatedFunction):
        made = convert(interpreter, value)
        return made if isinstance(made, TypeEngine) else unknown_type(interpreter, Unknown("a type isn't modelled"))
    return value


def make_type(interpreter: Interpreter, kind: type[TypeEngine[Any]], arguments: Arguments) -> Value:
    """A type of SQLAlchemy's with its arguments; one whose spelling isn't known where an argument isn't."""
    if arguments.is_open and not _may_only_be_collated(kind, arguments):
        return unknown_type(interpreter, Unknown("the arguments of a type aren't known"))
    if issubclass(kind, sa.Enum):
        arguments = _with_labels(interpreter, arguments)
    for value in arguments.values():
        if isinstance(value, Unknown):
            return unknown_type(interpreter, value)
    positional = [_type_argument(interpreter, value) for value in arguments.positional]
    keywords = {
        name: _type_argument(interpreter, value)
        for name, value in arguments.keywords.items()
        if not isinstance(value, _CALLED_BY_SQLALCHEMY)
    }
    made = interpreter.extents.around(
        lambda: interpreter.recorder.attempted(lambda: kind(*positional, **keywords), kind.__name__),
        *positional,
        *keywords.values(),
    )
    return unknown_type(interpreter, made) if isinstance(made, Unknown) else made


def _may_only_be_collated(kind: type[TypeEngine[Any]], arguments: Arguments) -> bool:
    """Whether all that is missing of a type's arguments can only be its collation, which leaves the type as it is."""
    return issubclass(kind, sa.String) and (bool(arguments.positional) or "length" in arguments.keywords)


def _type_argument(interpreter: Interpreter, value: Value) -> Value:
    if isinstance(value, type) and issubclass(value, TypeEngine):
        return make_type(interpreter, value, Arguments())
    return convert(interpreter, value)


def _with_labels(interpreter: Interpreter, arguments: Arguments) -> Arguments:
    """The arguments of an enum with the labels that `values_callable` gives in place of the class."""
    keywords = dict(arguments.keywords)
    chosen = keywords.pop("values_callable", None)
    kind = arguments.get(0, "enum")
    kind = kind.made if isinstance(kind, Class) else kind
    if chosen is None or not (isinstance(kind, type) and issubclass(kind, Enum)):
        return Arguments([kind, *arguments.positional[1:]] if arguments.positional else [], keywords)
    labels = interpreter.call_with(chosen, kind)
    values = interpreter.iterate(labels)
    keywords.setdefault("name", kind.__name__.lower())
    if values is None:
        return Arguments([Unknown("which labels an enum has isn't known")], keywords)
    return Arguments(interpreter.budget.listed(values), keywords)


# Columns and tables


def construct(interpreter: Interpreter, function: Callable[..., Any], arguments: Arguments) -> Value:
    """A construct of SQLAlchemy's."""
    arguments, later = legacy.apart(function, arguments)
    made = _constructed(interpreter, function, arguments)
    for method, taken in later:
        if isinstance(made, Unknown):
            break
        made = _constructed(interpreter, getattr(made, method), taken)
    return made


def _constructed(interpreter: Interpreter, function: Callable[..., Any], arguments: Arguments) -> Value:
    if function is sa.Column:
        return column(interpreter, arguments)
    if getattr(function, "__name__", "") == "compile":
        return _compiled(interpreter, getattr(function, "__self__", None), arguments)
    arguments = legacy.modernised(interpreter, function, arguments)
    if function is sa.MetaData:
        arguments = _known_only(arguments)
    if arguments.is_open and getattr(function, "__name__", "") != "values":
        return Unknown("the arguments of a construct aren't known")
    if any(function is one for one in _TAKE_TYPES) and len(arguments.positional) > 1:
        arguments = Arguments(
            [arguments.positional[0], as_type(interpreter, arguments.positional[1])], arguments.keywords
        )
    if getattr(function, "__name__", "") == "with_variant":
        arguments = Arguments(
            [as_type(interpreter, arguments.get(0, "type_")), *arguments.positional[1:]],
            {key: value for key, value in arguments.keywords.items() if key != "type_"},
        )
    if function is sa.Table:
        unknown = next((one for one in arguments.positional[2:] if isinstance(one, Unknown)), None)
        if unknown is not None:
            return Unknown(unknown.reason)
    keywords = dict(arguments.keywords)
    if "type_" in keywords:
        keywords["type_"] = as_type(interpreter, keywords["type_"])
    positional = [convert(interpreter, value) for value in arguments.positional]
    converted = {name: convert(interpreter, value) for name, value in keywords.items()}
    parts = (getattr(function, "__self__", None), *positional, *converted.values())
    around, recorder = interpreter.extents.around, interpreter.recorder
    try:
        return around(lambda: recorder.guarded(lambda: function(*positional, **converted)), *parts)
    except Raised as raised:
        if not any(has_hole(value) for value in positional):
            if interpreter.trying:
                raise
            return Unknown(f"{_called(function)} can't be made: {raised.message}")
    # A condition can't be a plain text: what isn't known stands in it as an expression.
    expressions = [_as_expression(value) for value in positional]
    return around(lambda: recorder.attempted(lambda: function(*expressions, **converted), _called(function)), *parts)


def _called(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", "an expression"))


def _as_expression(value: Value) -> Value:
    return sa.literal_column(value) if has_hole(value) else value


def _compiled(interpreter: Interpreter, construct: Any, arguments: Arguments) -> Value:
    """The text of a construct or a type on PostgreSQL."""
    settings = arguments.keywords.get("compile_kwargs")
    literal = isinstance(settings, dict) and settings.get("literal_binds") is True
    keywords = {"compile_kwargs": {"literal_binds": True}} if literal else {}
    dialect = interpreter.recorder.dialect
    return interpreter.recorder.attempted(lambda: str(construct.compile(dialect=dialect, **keywords)), "a text")


def _known_only(arguments: Arguments) -> Arguments:
    """The arguments that are known, for those of MetaData that aren't say nothing of a table, but its schema."""
    known = [one for one in arguments.positional if not isinstance(one, Unknown)]
    keywords = {
        name: one for name, one in arguments.keywords.items() if name == "schema" or not isinstance(one, Unknown)
    }
    return Arguments(known, keywords)


def column(interpreter: Interpreter, arguments: Arguments) -> Value:
    """A column; what no DDL shows is left out of it, and a part that isn't known leaves its type unknown."""
    positional = list(arguments.positional)
    name: list[Value] = []
    if positional and (isinstance(positional[0], str) or (isinstance(positional[0], Unknown) and len(positional) > 1)):
        name = [convert(interpreter, positional.pop(0))]
    keywords = {}
    for key, value in arguments.keywords.items():
        if key in _BY_THE_CLIENT:
            keywords[key] = _sent_by_the_client(interpreter, value)
            continue
        if key in _OF_THE_CLIENT or isinstance(value, _CALLED_BY_SQLALCHEMY):
            continue
        if key in ("type_", "type"):
            positional.insert(0, value)
        elif key == "name":
            name = [convert(interpreter, value)]
        elif key in _SERVER:
            keywords[key] = server_default(interpreter, value)
        elif isinstance(value, Unknown) and key != "comment":
            positional.insert(0, value)
        else:
            keywords[key] = convert(interpreter, value)
    unknown = next((one for one in positional if isinstance(one, Unknown)), None)
    if arguments.is_open:
        unknown = unknown or Unknown("the arguments of a column aren't known")
    parts = [_part(interpreter, one) for one in positional if not isinstance(one, Unknown)]
    if unknown is not None:
        parts = [unknown_type(interpreter, unknown), *(one for one in parts if not isinstance(one, TypeEngine))]
    return interpreter.extents.around(
        lambda: interpreter.recorder.attempted(lambda: sa.Column(*name, *parts, **keywords), "a column"),
        *parts,
        *keywords.values(),
    )


def _sent_by_the_client(interpreter: Interpreter, value: Value) -> Value:
    """A value that a column gets from the client: what it is doesn't matter, but whether there is one."""
    if value is None or isinstance(value, str | int | float | sa.Sequence):
        return value
    converted = convert(interpreter, value)
    return converted if isinstance(converted, ClauseElement) else _computed


def _computed() -> None:
    """Stands for what the application computes for each row."""


def _part(interpreter: Interpreter, value: Value) -> Value:
    is_type = isinstance(value, Class | Instance | Modelled | Native | EvaluatedFunction) or (
        isinstance(value, type) and issubclass(value, TypeEngine)
    )
    return as_type(interpreter, value) if is_type else convert(interpreter, value)


def server_default(interpreter: Interpreter, value: Value) -> Value:
    """A server default: text, a construct, or an expression that isn't known."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Unknown | Class | Instance | Modelled | EvaluatedFunction | Native | HostMethod):
        unknown = value if isinstance(value, Unknown) else Unknown("a server default isn't modelled")
        return sa.text(interpreter.holes.text(unknown))
    if isinstance(value, bool | int | float) or value is None or value is NOTHING:
        return value
    return convert(interpreter, value)
