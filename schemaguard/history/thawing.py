"""A catalog that was kept, of which only what is looked at is read: a new revision touches few of many tables."""

import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from schemaguard.catalog.objects import Catalog
from schemaguard.catalog.persistent import PersistentMap
from schemaguard.history.codec import Json, Malformed, decode, reader


def thaw(json: Json) -> Catalog:
    """The catalog that `encode` wrote; its objects are read when they are asked for.

    Raises Malformed where it can't be one; so does asking for an object that is none. Only for what was kept behind its
    seal: there the second doesn't happen.
    """
    parts = fields(Catalog)
    if not isinstance(json, list) or len(json) != len(parts):
        raise Malformed("a catalog has other parts")
    kinds = typing.get_type_hints(Catalog)
    return Catalog(*(_part(kinds[part.name], value) for part, value in zip(parts, json, strict=True)))


def _part(kind: Any, json: Json) -> Any:
    if typing.get_origin(kind) is not Mapping:
        return decode(kind, json)
    key, value = typing.get_args(kind)
    try:
        read = reader(key)
        later: dict[Any, Callable[[], Any]] = {read(k): partial(decode, value, v) for k, v in json}
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise Malformed(str(error)) from error
    return PersistentMap.later(later)
