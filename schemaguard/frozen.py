"""Frozen dataclasses with slots, made in a third of the time and filled in two thirds of it.

A run makes some two hundred of these classes before it reads the first file, and then a hundred thousand values. The
standard library makes each class twice, compiles six functions for it, one by one, and sets each field by its name.
Here a function is compiled when it is first asked for, and fields are set through the slots themselves. What
`dataclasses` says of such a class (`fields`, `is_dataclass`, `replace`, `asdict`), its repr, equality, hash and
pickling are the standard library's.
"""

import dataclasses
import inspect
from collections.abc import Callable, Iterable
from dataclasses import field
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "replace"]


class _Unset:
    """Stands for a field that isn't given."""

    def __repr__(self) -> str:
        return "<factory>"


_UNSET = _Unset()


def _set_frozen(_: Any, name: str, __: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete_frozen(_: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _repr(self: Any) -> str:
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({shown})"


def _get_state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


_SHARED = {
    "__setattr__": _set_frozen,
    "__delattr__": _delete_frozen,
    "__repr__": _repr,
    "__getstate__": _get_state,
    "__setstate__": _set_state,
}


class _Unwritten:
    """Stands for a method until it is first asked for: of most classes a run makes no value."""

    __slots__ = ("made", "name", "write")

    def __init__(self, write: Callable[[Any], Any]) -> None:
        self.write = write
        self.made: Any = None
        self.name = ""

    def __set_name__(self, made: type, name: str) -> None:
        self.made, self.name = made, name

    def __get__(self, value: Any, kind: type | None = None) -> Any:
        function = self.write(self.made)
        function.__qualname__, function.__module__ = f"{self.made.__qualname__}.{self.name}", self.made.__module__
        if self.made.__dict__[self.name] is self:
            setattr(self.made, self.name, function)
        return function.__get__(value, kind)


def _made(cls: type) -> type:
    kinds = inspect.get_annotations(cls)
    if any(dataclasses.is_dataclass(base) for base in cls.__mro__[1:]) or not all(map(_is_of_a_field, kinds.values())):
        return dataclasses.dataclass(frozen=True, slots=True)(cls)
    fields = {name: _field(cls, name, kind) for name, kind in kinds.items()}
    if not all(one.init and not one.kw_only for one in fields.values()):
        raise TypeError(f"{cls.__qualname__} has a field that isn't given by position: use dataclasses.dataclass")
    own = {name: value for name, value in cls.__dict__.items() if name not in fields and name not in _OF_NO_SLOTS}
    described = {
        "__slots__": tuple(fields),
        "__match_args__": tuple(fields),
        "__dataclass_fields__": fields,
        "__dataclass_params__": _PARAMS,
    }
    unwritten = {name: _Unwritten(write) for name, write in _WRITTEN.items()}
    kept = {name: own[name] for name in ("__repr__", "__eq__", "__hash__") if name in own}
    made: Any = type(cls)(cls.__name__, cls.__bases__, own | _SHARED | unwritten | described | kept)
    made.__qualname__ = cls.__qualname__
    return made  # type: ignore[no-any-return]  # the class that came in, with slots


def _is_of_a_field(kind: Any) -> bool:
    """Whether the annotation is a field's; the standard library knows what to make of the others."""
    return not any(word in str(kind) for word in ("ClassVar", "InitVar", "KW_ONLY"))


def _field(cls: type, name: str, kind: Any) -> "dataclasses.Field[Any]":
    """What the standard library describes one field by."""
    value = cls.__dict__.get(name, dataclasses.MISSING)
    one: Any = value if isinstance(value, dataclasses.Field) else field(default=value)
    if one.default is not dataclasses.MISSING and one.default.__class__.__hash__ is None:
        raise ValueError(f"mutable default {type(one.default)} for field {name}: use default_factory")
    one.name, one.type = name, kind
    one._field_type = _A_FIELD
    one.kw_only = one.kw_only is True
    return one  # type: ignore[no-any-return]  # a Field, whose parts the standard library fills in like this


def _written_init(made: Any) -> Any:
    fields = dataclasses.fields(made)
    known: dict[str, Any] = {"_unset": _UNSET}
    given, setting = ["self"], []
    for one in fields:
        known[f"_set_{one.name}"] = getattr(made, one.name).__set__
        value = one.name
        if one.default is not dataclasses.MISSING:
            known[f"_default_{one.name}"] = one.default
            given.append(f"{one.name}=_default_{one.name}")
        elif one.default_factory is not dataclasses.MISSING:
            known[f"_make_{one.name}"] = one.default_factory
            given.append(f"{one.name}=_unset")
            value = f"_make_{one.name}() if {one.name} is _unset else {one.name}"
        else:
            given.append(one.name)
        setting.append(f"_set_{one.name}(self, {value})")
    if hasattr(made, "__post_init__"):
        setting.append("self.__post_init__()")
    body = "\n ".join(setting or ["pass"])
    written = _compiled(f"def __init__({', '.join(given)}):\n {body}\n", known)["__init__"]
    written.__annotations__ = {**{one.name: one.type for one in fields}, "return": None}
    return written


def _written_eq(made: Any) -> Any:
    compared = [one.name for one in dataclasses.fields(made) if one.compare]
    mine, theirs = (_tuple(f"{who}.{name}" for name in compared) for who in ("self", "other"))
    body = f" if other.__class__ is self.__class__:\n  return {mine} == {theirs}\n return NotImplemented\n"
    return _compiled(f"def __eq__(self, other):\n{body}", {})["__eq__"]


def _written_hash(made: Any) -> Any:
    hashed = _tuple(f"self.{one.name}" for one in dataclasses.fields(made) if _is_hashed(one))
    return _compiled(f"def __hash__(self):\n return hash({hashed})\n", {})["__hash__"]


def _compiled(text: str, known: dict[str, Any]) -> dict[str, Any]:
    exec(text, known)  # noqa: S102 - as the standard library does: the names are those of our own classes
    return known


def _tuple(parts: Iterable[str]) -> str:
    return "(" + "".join(f"{part}, " for part in parts) + ")"


_WRITTEN = {"__init__": _written_init, "__eq__": _written_eq, "__hash__": _written_hash}
_OF_NO_SLOTS = frozenset({"__dict__", "__weakref__"})
"""What Python gives a class without slots."""


@dataclasses.dataclass(frozen=True)
class _Sample:
    """What the standard library says of a class like ours."""

    name: str


_PARAMS: Any = _Sample.__dict__["__dataclass_params__"]
_A_FIELD: Any = dataclasses.fields(_Sample)[0]._field_type  # type: ignore[attr-defined]  # the same of every field


def _is_hashed(one: "dataclasses.Field[Any]") -> bool:
    return one.compare if one.hash is None else one.hash


def _replacing(kind: type) -> Any:
    """The function that makes a value of the class with some fields changed."""
    names = [one.name for one in dataclasses.fields(kind)]
    known: dict[str, Any] = {"_kept": _UNSET, "_kind": kind}
    given = ", ".join(f"{name}=_kept" for name in names)
    filled = ", ".join(f"_self.{name} if {name} is _kept else {name}" for name in names)
    exec(f"def changed(_self, /, *, {given}):\n return _kind({filled})", known)  # noqa: S102 - see _generated
    return known["changed"]


_replacers: dict[type, Any] = {}

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:

    def dataclass(cls=None, /, **how):
        """As `dataclasses.dataclass`; classes that are frozen and have slots are made here, all others there."""
        if how != {"frozen": True, "slots": True}:
            return dataclasses.dataclass(cls, **how)
        return _made if cls is None else _made(cls)

    def replace(value, /, **changes):
        """As `dataclasses.replace`."""
        kind = value.__class__
        changed = _replacers.get(kind)
        if changed is None:
            is_ours = "__init__" in kind.__dict__ and kind.__repr__ is _repr
            changed = _replacers[kind] = _replacing(kind) if is_ours else dataclasses.replace
        return changed(value, **changes)
