"""What kind a value is: `isinstance`, `issubclass`, `type`."""

from enum import Enum

from schemaguard.evaluation.values.objects import Class, EvaluatedFunction, Instance, Modelled, Native, Unknown, Value


def is_instance(value: Value, kind: Value) -> bool | None:
    """`isinstance(value, kind)`, None where that isn't known."""
    if isinstance(kind, tuple):
        found = [is_instance(value, one) for one in kind]
        return True if True in found else (None if None in found else False)
    if isinstance(value, Unknown) or isinstance(kind, Unknown):
        return None
    if isinstance(kind, Modelled):
        if kind.kind is None:
            return None
        kind = kind.kind
    if isinstance(value, Instance):
        if isinstance(kind, Class):
            return kind in value.cls.order
        return isinstance(kind, type) and value.cls.host is not None and issubclass(value.cls.host, kind)
    if isinstance(kind, Class):
        made = kind.made
        return isinstance(made, type) and isinstance(value, made)
    if not isinstance(kind, type):
        return None
    if isinstance(value, Class):
        return kind is type
    if isinstance(value, Modelled):
        return value.kind is not None and issubclass(value.kind, kind) if value.kind else None
    if isinstance(value, EvaluatedFunction | Native):
        return False
    return isinstance(value, kind)


def is_subclass(value: Value, kind: Value) -> bool | None:
    """`issubclass(value, kind)`, None where that isn't known."""
    if isinstance(kind, tuple):
        found = [is_subclass(value, one) for one in kind]
        return True if True in found else (None if None in found else False)
    if isinstance(value, Class):
        if isinstance(kind, Class):
            return kind in value.order
        return isinstance(kind, type) and value.host is not None and issubclass(value.host, kind)
    if isinstance(value, type) and isinstance(kind, type):
        return issubclass(value, kind)
    return None


def type_of(value: Value) -> Value:
    """`type(value)`."""
    if isinstance(value, Unknown):
        return Unknown(value.reason)
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Class | EvaluatedFunction | Native | Modelled):
        return Unknown("the type of a function or class isn't modelled")
    return type(value)


def is_enum(value: Value) -> bool:
    """Whether a value is a class of an enumeration."""
    return isinstance(value, type) and issubclass(value, Enum)
