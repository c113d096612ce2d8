"""Values to JSON and back, led by their annotations: nothing but the types that a field may hold is ever built.

A cache may have been written by anybody. Unlike pickle, what is read here can only become the frozen values that the
annotations name; everything else raises Malformed.
"""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, Union

from schemaguard.catalog.persistent import PersistentMap

Json = Any
_Encode = Callable[[Any], Json]
_Decode = Callable[[Json], Any]
_PLAIN = (str, int, bool, float)


class Malformed(Exception):  # noqa: N818 - the text isn't ours: the caller takes it as absent
    """The JSON doesn't have the shape of the type that was asked for."""


def encode(kind: Any, value: object) -> Json:
    """The value as JSON; TypeError where a field holds what its annotation doesn't name."""
    return _codec(kind)[0](value)


def decode(kind: Any, json: Json) -> Any:
    """The value that `encode` wrote. Raises Malformed where it can't be one."""
    try:
        return _codec(kind)[1](json)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise Malformed(str(error)) from error


def reader(kind: Any) -> _Decode:
    """What `decode` does for one type, for many values of it; whatever it raises means that the JSON is malformed."""
    return _codec(kind)[1]


@cache
def _codec(kind: Any) -> tuple[_Encode, _Decode]:
    origin = typing.get_origin(kind)
    if kind in _PLAIN:
        return _plain(kind)
    if kind is None or kind is type(None):
        return _none()
    if kind is object:
        return _unknown, _unknown
    if origin in (Union, types.UnionType):
        return _union(typing.get_args(kind))
    if origin is Literal:
        return _literal(typing.get_args(kind))
    if origin is tuple:
        return _tuple(typing.get_args(kind))
    if origin is frozenset:
        return _frozenset(typing.get_args(kind)[0])
    if origin is Mapping:
        return _mapping(*typing.get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: value.value, kind
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"no JSON for {kind}")


def _unknown(_: object) -> Any:
    """What may be anything can't be kept; an empty tuple of such is."""
    raise TypeError("no JSON for what may be anything")


def _plain(kind: type) -> tuple[_Encode, _Decode]:
    def same(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{type(value).__name__} where {kind.__name__} is expected")
        return value

    return same, same


def _none() -> tuple[_Encode, _Decode]:
    def none(value: Any) -> None:
        if value is not None:
            raise TypeError("something where nothing is expected")

    return none, none


def _literal(options: tuple[Any, ...]) -> tuple[_Encode, _Decode]:
    def one_of(value: Any) -> Any:
        if value not in options:
            raise TypeError(f"{value!r} is none of {options}")
        return value

    return one_of, one_of


def _tuple(inner: tuple[Any, ...]) -> tuple[_Encode, _Decode]:
    if len(inner) == 2 and inner[1] is ...:
        one_encode, one_decode = _codec(inner[0])
        return (
            lambda value: [one_encode(item) for item in value],
            lambda json: tuple([one_decode(item) for item in _listed(json)]),
        )
    codecs = [_codec(kind) for kind in inner]
    encoders, decoders = [codec[0] for codec in codecs], [codec[1] for codec in codecs]
    return (
        lambda value: [f(item) for f, item in zip(encoders, value, strict=True)],
        lambda json: tuple([f(item) for f, item in zip(decoders, _listed(json), strict=True)]),
    )


def _frozenset(inner: Any) -> tuple[_Encode, _Decode]:
    one_encode, one_decode = _codec(inner)
    return (
        lambda value: [one_encode(item) for item in value],
        lambda json: frozenset([one_decode(item) for item in _listed(json)]),
    )


def _mapping(key: Any, value: Any) -> tuple[_Encode, _Decode]:
    key_encode, key_decode = _codec(key)
    value_encode, value_decode = _codec(value)

    def read(json: Json) -> Mapping[Any, Any]:
        return PersistentMap({key_decode(k): value_decode(v) for k, v in _listed(json)})

    return lambda mapping: [[key_encode(k), value_encode(v)] for k, v in mapping.items()], read


def _dataclass(kind: type) -> tuple[_Encode, _Decode]:
    # A type may hold itself (a mapping of its own kind): its fields' codecs are looked up when first used.
    hints = typing.get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    codecs: list[tuple[_Encode, _Decode]] = []

    def of_fields() -> list[tuple[_Encode, _Decode]]:
        if not codecs:
            codecs.extend([_codec(hints[name]) for name in names])
        return codecs

    def write(value: Any) -> Json:
        if type(value) is not kind:
            raise TypeError(f"{type(value).__name__} where {kind.__name__} is expected")
        return [codec[0](getattr(value, name)) for name, codec in zip(names, of_fields(), strict=True)]

    def read(json: Json) -> Any:
        return kind(*[codec[1](item) for codec, item in zip(of_fields(), _listed(json), strict=True)])

    return write, read


def _union(options: tuple[Any, ...]) -> tuple[_Encode, _Decode]:
    """None as null, plain values as themselves, other values behind the name of their class where it isn't the only."""
    shaped = [kind for kind in options if kind is not type(None) and kind not in _PLAIN]
    plain = tuple(kind for kind in options if kind in _PLAIN)
    allows_none = type(None) in options
    if len(shaped) == 1 and not plain:
        return _optional(*_codec(shaped[0])) if allows_none else _codec(shaped[0])
    by_name = {kind.__name__: kind for kind in shaped if isinstance(kind, type) and is_dataclass(kind)}
    if len(by_name) != len(shaped):
        raise TypeError(f"no JSON for a union of {options}")

    def write(value: Any) -> Json:
        if (value is None and allows_none) or type(value) in plain:
            return value
        name = type(value).__name__
        return [name, _codec(by_name[name])[0](value)]

    def read(json: Json) -> Any:
        if (json is None and allows_none) or type(json) in plain:
            return json
        name, inner = _listed(json)
        return _codec(by_name[name])[1](inner)

    return write, read


def _optional(one_encode: _Encode, one_decode: _Decode) -> tuple[_Encode, _Decode]:
    return (
        lambda value: None if value is None else one_encode(value),
        lambda json: None if json is None else one_decode(json),
    )


def _listed(json: Json) -> list[Json]:
    if type(json) is not list:
        raise TypeError("something else where a list is expected")
    return json
