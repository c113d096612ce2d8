"""Real objects of Python's library and SQLAlchemy's: what may be read of them, and what operators on them give.

Everything is on a list, in `allowed`. What is on none is unknown: nothing is called because nobody forbade it.
"""

import datetime
import decimal
import uuid
from collections.abc import Callable
from enum import Enum
from typing import Any

from sqlalchemy import Table, exc
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.functions import _FunctionGenerator
from sqlalchemy.sql.operators import Operators as SqlOperators
from sqlalchemy.types import TypeEngine

from schemaguard.evaluation.host import allowed, conversion
from schemaguard.evaluation.machine import sending
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    EvaluatedFunction,
    HostMethod,
    Instance,
    Modelled,
    Native,
    Raised,
    Unknown,
    Value,
)

_CONSTRUCTS = (ClauseElement, SqlOperators, ReadOnlyColumnCollection)
_MOST_DIGITS = 1_000
_PLAIN_TEXTS = (
    int, float, bool, type(None), datetime.date, datetime.time, datetime.timedelta, datetime.tzinfo, decimal.Decimal,
    uuid.UUID, BaseException,
)  # fmt: skip


def is_construct(value: Value) -> bool:
    """Whether a value is an expression or statement of SQLAlchemy's, whose operators make others."""
    return isinstance(value, _CONSTRUCTS)


def is_collection(value: Value) -> bool:
    """Whether a value is a collection of columns, which contains their names."""
    return isinstance(value, ReadOnlyColumnCollection)


def attribute(value: Value, name: str) -> Value:
    """The attribute of a real object: a value, or a method that may be called."""
    if isinstance(value, _FunctionGenerator):
        return Unknown("a private name") if name.startswith("_") else getattr(value, name)
    if isinstance(value, ReadOnlyColumnCollection):
        found = value.get(name)
        if found is not None:
            return found
    if isinstance(value, type):
        return _of_type(value, name)
    # What may be read comes first: `columns` is a method of a text, and of a table it is the collection.
    if allowed.is_readable(value, name):
        try:
            return getattr(value, name)
        except AttributeError as error:
            raise Raised(error) from error
        except (exc.SQLAlchemyError, NotImplementedError, TypeError, ValueError) as error:
            return Unknown(f"{name} can't be read: {error}")
    if allowed.is_method(value, name):
        return HostMethod(value, name)
    if name == "__class__":
        return type(value)
    if not name.startswith("_") and not hasattr_statically(value, name):
        raise Raised(AttributeError(f"{type(value).__name__!r} object has no attribute {name!r}"))
    return Unknown(f"{name} of a {type(value).__name__} isn't modelled", is_code=sending.can_send(value))


def hasattr_statically(value: Value, name: str) -> bool:
    """Whether a real object has an attribute, without running a property or `__getattr__`."""
    return name in getattr(value, "__dict__", ()) or any(name in vars(cls) for cls in type(value).__mro__)


def _of_type(value: type, name: str) -> Value:
    if issubclass(value, Enum) and name in value.__members__:
        return value.__members__[name]
    if name in ("__name__", "__qualname__", "__module__"):
        return getattr(value, name)
    if name == "__members__" and issubclass(value, Enum):
        return dict(value.__members__)
    if name == "__init__":
        # `Base.__init__(self)`: what a real base would do with itself isn't wanted.
        return Native(name, lambda _, __: None)
    found = allowed.class_attribute(value, name)
    return Unknown(f"{value.__name__}.{name} isn't modelled") if found is NOTHING else found


def set_attribute(interpreter: Interpreter, value: Value, name: str, held: Value) -> None:
    """Set an attribute of a real object, where that is on the list."""
    if allowed.is_settable(value, name):
        converted = conversion.convert(interpreter, held)
        interpreter.recorder.guarded(lambda: setattr(value, name, converted))


def get_item(interpreter: Interpreter, value: Value, key: Value) -> Value:
    """`value[key]` of a real object."""
    if isinstance(value, type) and issubclass(value, Enum):
        if isinstance(key, str) and key in value.__members__:
            return value.__members__[key]
        raise Raised(KeyError(key))
    if is_construct(value) or isinstance(value, allowed.SUBSCRIPTABLE):
        converted = conversion.convert(interpreter, key)
        if has_hole(converted):
            return Unknown("which item is meant isn't known")
        return interpreter.recorder.guarded(lambda: value[converted])
    getter = value.find(interpreter, "__getitem__") if isinstance(value, Modelled) else NOTHING
    if isinstance(getter, Native):
        return interpreter.call_with(getter, key)
    if isinstance(value, type | EvaluatedFunction | Native | Modelled):
        return value  # a generic with its parameters
    return Unknown(f"an item of a {type(value).__name__} isn't known")


def initialise(receiver: Instance, arguments: Arguments) -> None:
    """What `super().__init__()` does above the project's own classes: the arguments are kept for a real base."""
    receiver.attributes["__arguments__"] = arguments


# Operators


def operate(interpreter: Interpreter, function: Callable[..., Any] | None, left: Value, right: Value) -> Value:
    """An operator on constructs, which makes another one; what isn't known becomes a parameter."""
    if function is None:
        return Unknown("the operator isn't modelled")
    one, other = conversion.convert(interpreter, left), conversion.convert(interpreter, right)
    return interpreter.extents.around(
        lambda: interpreter.recorder.attempted(lambda: function(one, other), "an expression"), one, other
    )


def operate_one(interpreter: Interpreter, function: Callable[..., Any] | None, value: Value) -> Value:
    """`~a` or `-a` of a construct; `not a` of one isn't known."""
    if function is None:
        return Unknown("a condition isn't known")
    return interpreter.extents.around(lambda: interpreter.recorder.guarded(lambda: function(value)), value)


def operate_plain(function: Callable[..., Any] | None, left: Value, right: Value) -> Value:
    """An operator on times, decimals and the like."""
    if function is None or not all(allowed.is_plain(value) for value in (left, right)):
        return Unknown("the operator isn't modelled")
    try:
        return within_bounds(function(left, right))
    except (TypeError, ArithmeticError, ValueError) as error:
        raise Raised(error) from error


def within_bounds(value: Value) -> Value:
    """The value; one that would have thousands of digits isn't worked on."""
    if isinstance(value, decimal.Decimal) and value.is_finite() and abs(value.adjusted()) > _MOST_DIGITS:
        return Unknown(f"a number has more than {_MOST_DIGITS:,} digits")
    return value


# Iteration, truth, texts


def iterate(value: Value) -> list[Value] | None:
    """The items of a real object, None where it isn't one that may be gone over."""
    if isinstance(value, allowed.ITERABLE) or (isinstance(value, type) and issubclass(value, Enum)):
        items: Any = value
        return list(items)
    return None


def truth(value: Value) -> bool | None:
    """Whether a real object counts as true, None where that isn't known."""
    if is_construct(value) and not isinstance(value, Table | ReadOnlyColumnCollection):
        return None
    if allowed.is_plain(value):
        return bool(value)
    return None if isinstance(value, ReadOnlyColumnCollection) else True


def text_of(value: Value) -> str | None:
    """`str(value)` of a real object; None where that isn't known."""
    if isinstance(value, _PLAIN_TEXTS):
        return str(value)
    if isinstance(value, Enum):
        return str(value.value) if isinstance(value, str) else str(value)
    if isinstance(value, ClauseElement | TypeEngine):
        try:
            return str(value)
        except (exc.SQLAlchemyError, AttributeError, TypeError, ValueError, NotImplementedError):
            return None
    return None


def forget(interpreter: Interpreter, container: Value, reason: str) -> None:
    """A container was given to something that may have changed it: what it holds is unknown now."""
    if isinstance(container, dict) and container:
        interpreter.heap.touch(container)
        for key, held in list(container.items()):
            container[key] = Unknown(reason, sends=sending.sends(held))
        container[Unknown(reason)] = Unknown(reason)
    elif isinstance(container, list):
        interpreter.heap.touch(container)
        container[:] = [Unknown(reason, sends=sending.sends(one)) for one in container] or [Unknown(reason)]
    elif isinstance(container, set):
        interpreter.heap.touch(container)
        container.add(Unknown(reason))
