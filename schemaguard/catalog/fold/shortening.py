"""Identifiers of more than 63 bytes, cut where the server's scanner cuts them: wherever they stand.

See truncate_identifier() in scansup.c; https://www.postgresql.org/docs/18/sql-syntax-lexical.html.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter, is_
from typing import Any, TypeVar

from schemaguard.catalog.names import LONGEST_NAME_BYTES, truncate
from schemaguard.frozen import replace

T = TypeVar("T")

_HOLD_NAMES = frozenset({
    "name", "schema", "column", "columns", "include", "ref_columns", "constraint", "to", "serials", "attribute",
    "partition_key", "using_index", "trigger", "predicate_columns", "label",
})  # fmt: skip
"""Fields whose text is an identifier, or a tuple of them; every other text is SQL."""
_LEAVES = frozenset((bool, int, type(None), frozenset))
"""What holds no identifier that a field's name doesn't tell."""
_SHORT = LONGEST_NAME_BYTES // 4
"""A text of that many characters can't be too long, whatever they are."""


def shortened(value: T) -> T:
    """The value with every identifier in it as the server keeps it; itself where none is too long."""
    return value if _is_short(value) else _walk(value)


def _is_short(value: Any) -> bool:
    """Whether no text in the value is long enough to be cut: nearly always so, and quickly seen."""
    kind: Any = type(value)
    for part in value if kind is tuple else _parts(kind)(value):
        kind = type(part)
        if kind is str:
            if len(part) > _SHORT and (len(part) > LONGEST_NAME_BYTES or not part.isascii()):
                return False
        elif kind not in _LEAVES and part and not _is_short(part):
            return False
    return True


@cache
def _parts(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the fields of a value of the class; nothing where it has none."""
    if not is_dataclass(kind):
        return lambda _: ()
    names = [field.name for field in fields(kind)]
    return attrgetter(*names, *names[:1]) if names else lambda _: ()


def _walk(value: Any) -> Any:
    if isinstance(value, tuple):
        parts = tuple(map(_walk, value))
        return value if all(map(is_, parts, value)) else parts
    if not is_dataclass(value) or isinstance(value, type):
        return value
    different: dict[str, Any] = {}
    for field in fields(value):
        old = getattr(value, field.name)
        new = _cut(old) if field.name in _HOLD_NAMES else old
        new = _walk(new) if new is old else new
        if new is not old:
            different[field.name] = new
    return replace(value, **different) if different else value


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return truncate(value)
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        return tuple(_cut(part) for part in value)
    return value
