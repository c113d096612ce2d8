"""The difference of two catalogs as JSON: what is set and what is gone, mapping by mapping."""

import typing
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from schemaguard.catalog.objects import Catalog
from schemaguard.catalog.persistent import PersistentMap
from schemaguard.frozen import replace
from schemaguard.history.codec import Json, Malformed, decode, encode


@cache
def _fields() -> dict[str, Any]:
    """Field → its annotation, and for a mapping the annotation of its key and of its values."""
    hints = typing.get_type_hints(Catalog)
    return {field.name: hints[field.name] for field in fields(Catalog)}


def encode_delta(before: Catalog, after: Catalog) -> Json:
    """What makes `after` of `before`."""
    delta = {}
    for name, kind in _fields().items():
        old, new = getattr(before, name), getattr(after, name)
        if old is new or old == new:
            continue
        if typing.get_origin(kind) is Mapping:
            delta[name] = _encode_mapping(kind, old, new)
        else:
            delta[name] = encode(kind, new)
    return delta


def decode_delta(before: Catalog, delta: Json) -> Catalog:
    """The catalog that the delta makes of `before`. Raises Malformed where it is not a delta."""
    if not isinstance(delta, dict):
        raise Malformed("a delta is an object")
    kinds = _fields()
    changed: dict[str, Any] = {}
    for name, json in delta.items():
        if name not in kinds:
            raise Malformed(f"a catalog has no {name}")
        kind = kinds[name]
        is_mapping = typing.get_origin(kind) is Mapping
        changed[name] = _decode_mapping(kind, getattr(before, name), json) if is_mapping else decode(kind, json)
    return replace(before, **changed)


def _encode_mapping(kind: Any, old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Json:
    key_kind, value_kind = typing.get_args(kind)
    gone = [encode(key_kind, key) for key in old if key not in new]
    put = [
        [encode(key_kind, key), encode(value_kind, value)]
        for key, value in new.items()
        if key not in old or (old[key] is not value and old[key] != value)
    ]
    return [gone, put]


def _decode_mapping(kind: Any, old: Mapping[Any, Any], json: Json) -> Mapping[Any, Any]:
    key_kind, value_kind = typing.get_args(kind)
    gone, put = decode(tuple[tuple[key_kind, ...], tuple[tuple[key_kind, value_kind], ...]], json)  # type: ignore[valid-type] # the kinds are values here
    made = old if isinstance(old, PersistentMap) else PersistentMap(old)
    for key in gone:
        made = made.without(key)
    for key, value in put:
        made = made.set(key, value)
    return made
