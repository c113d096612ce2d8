"""Frozen dataclasses with slots, made in a third of the time and filled in two thirds of it.

A run makes some two hundred of these classes before it reads the first file, and then a hundred thousand values. The
standard library compiles six functions a class, one by one, and sets each field by its name. Here a class gets one
piece of generated code, and fields are set through the slots themselves. What `dataclasses` says of such a class
(`fields`, `is_dataclass`, `replace`, `asdict`), its repr, equality, hash and pickling are the standard library's.
"""

import dataclasses
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


_WRITTEN = ("__init__", "__eq__", "__hash__")


class _Unwritten:
    """Stands for a method until it is first asked for: of most classes a run makes no value."""

    __slots__ = ("made", "name")

    def __init__(self, made: type, name: str) -> None:
        self.made, self.name = made, name

    def __get__(self, value: Any, kind: type | None = None) -> Any:
        written = _generated(self.made, dataclasses.fields(self.made))
        for name, function in written.items():
            if isinstance(self.made.__dict__[name], _Unwritten):
                setattr(self.made, name, function)
        return written[self.name].__get__(value, kind)


def _made(cls: type) -> type:
    if any(dataclasses.is_dataclass(base) for base in cls.__mro__[1:]):
        return dataclasses.dataclass(frozen=True, slots=True)(cls)
    own = {name: cls.__dict__[name] for name in ("__repr__", "__eq__", "__hash__") if name in cls.__dict__}
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    made.__dataclass_params__ = _params(made.__dataclass_params__)
    fields = dataclasses.fields(made)
    if not all(one.init and not one.kw_only for one in fields):
        raise TypeError(f"{cls.__qualname__} has a field that isn't given by position: use dataclasses.dataclass")
    unwritten = {name: _Unwritten(made, name) for name in _WRITTEN if name not in own}
    for name, value in (_SHARED | unwritten | own).items():
        setattr(made, name, value)
    return made  # type: ignore[no-any-return]  # the class that came in, with slots


def _params(params: Any) -> Any:
    params.init = params.repr = params.eq = params.frozen = True
    return params


def _generated(made: type, fields: "tuple[dataclasses.Field[Any], ...]") -> dict[str, Any]:
    """`__init__`, `__eq__` and `__hash__` of the class, compiled in one go."""
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
    compared = [one.name for one in fields if one.compare]
    mine, theirs = (_tuple(f"{who}.{name}" for name in compared) for who in ("self", "other"))
    exec(  # noqa: S102 - as the standard library does: the names are those of our own classes
        f"def __init__({', '.join(given)}):\n " + "\n ".join(setting or ["pass"]) + "\n"
        f"def __eq__(self, other):\n if other.__class__ is self.__class__:\n  return {mine} == {theirs}\n"
        " return NotImplemented\n"
        f"def __hash__(self):\n return hash({_tuple(f'self.{one.name}' for one in fields if _is_hashed(one))})\n",
        known,
    )
    written = {name: known[name] for name in _WRITTEN}
    for name, function in written.items():
        function.__qualname__, function.__module__ = f"{made.__qualname__}.{name}", made.__module__
    written["__init__"].__annotations__ = {**{one.name: one.type for one in fields}, "return": None}
    return written


def _is_hashed(one: "dataclasses.Field[Any]") -> bool:
    return one.compare if one.hash is None else one.hash


def _tuple(parts: Any) -> str:
    return "(" + "".join(f"{part}, " for part in parts) + ")"


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
