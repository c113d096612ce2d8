"""Identifiers of more than 63 bytes, cut where the server's scanner cuts them: wherever they stand."""

from dataclasses import fields, is_dataclass
from functools import lru_cache
from operator import is_
from typing import Any, TypeVar

from schemaguard.catalog.names import LONGEST_NAME_BYTES, truncate
from schemaguard.frozen import replace

T = TypeVar("T")

_HOLD_NAMES = frozenset({
    "name", "schema", "column", "columns", "include", "ref_columns", "constraint", "to", "serials", "attribute",
    "partition_key", "using_index", "trigger", "predicate_columns", "label",
})  # fmt: skip
"""Fields whose text is an identifier, or a tuple of them; every other text is SQL."""
_LEAVES = frozenset((str, bool, int, type(None), frozenset))
"""What has no identifier in it that a field's name doesn't tell."""
_MAY_BE_SHORT = LONGEST_NAME_BYTES // 4
"""A text of that many characters can't be too long, whatever they are."""


def shortened(value: T) -> T:
    """The value with every identifier in it as the server keeps it; itself where none is too long."""
    return _walk(value)  # type: ignore[no-any-return]  # the same type comes back, field by field


def _walk(value: Any) -> Any:
    kind = type(value)
    if kind in _LEAVES:
        return value
    if kind is tuple:
        if not value:
            return value
        parts = tuple(map(_walk, value))
        return value if all(map(is_, parts, value)) else parts
    if not is_dataclass(kind) or kind is type:
        return value
    different: dict[str, Any] = {}
    for name, is_identifier in _fields(type(value)):
        old = getattr(value, name)
        new = _cut(old) if is_identifier else old
        new = _walk(new) if new is old else new
        if new is not old:
            different[name] = new
    return replace(value, **different) if different else value


@lru_cache(maxsize=256)
def _fields(kind: type) -> tuple[tuple[str, bool], ...]:
    return tuple((field.name, field.name in _HOLD_NAMES) for field in fields(kind))


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) < _MAY_BE_SHORT else _cut_long(value)
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        parts = tuple(_cut(part) for part in value)
        return value if parts == value else parts
    return value


def _cut_long(value: str) -> str:
    short = truncate(value)
    return value if short == value else short
