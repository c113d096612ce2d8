"""What becomes of a column's values when the type differs from the one that a contract names."""

from schemaguard.catalog.retyping import retyping
from schemaguard.catalog.types import Type
from schemaguard.contracts.contract import Access

_INTEGERS = ("smallint", "integer", "bigint")
_APPROXIMATE = ("double precision", "real")
_STRINGS = ("text", "character varying")
_TIMES = (
    "timestamp with time zone", "timestamp without time zone", "time with time zone", "time without time zone",
    "interval",
)  # fmt: skip
_SECOND_DIGITS = 6
"""The most digits of a second that are kept, and how many are where nothing says: table 8.9 of the manual."""
_UNBOUNDED = 1 << 30


def type_cause(promised: Type, actual: Type, access: Access) -> str | None:
    """The cause code for a column of the type `actual` where `promised` is expected, None where it fits."""
    if _same(promised, actual):
        return None
    if _is_same_own(promised, actual):
        return _own_modifiers(promised, actual, access)
    if promised.dimensions or actual.dimensions:
        is_same_element = (promised.name, promised.dimensions) == (actual.name, actual.dimensions)
        return type_cause(promised.element, actual.element, access) if is_same_element else "type-changed"
    if promised.name in _INTEGERS and actual.name in _INTEGERS:
        narrower = _INTEGERS.index(actual.name) < _INTEGERS.index(promised.name)
        return "type-narrowed" if narrower and access == "write" else None
    if promised.name == actual.name == "numeric":
        return _numeric(promised, actual, access)
    if (promised.name, actual.name) == ("real", "double precision"):
        return None
    if promised.name in ("numeric", "double precision") and actual.name in _APPROXIMATE:
        return "type-approximated"
    if promised.name in _STRINGS and actual.name in _STRINGS:
        return "length-reduced" if _length(actual) < _length(promised) else None
    if {promised.name, actual.name} in _ZONES:
        return "zone-changed"
    if promised.name == actual.name:
        return _shortened(promised, actual, access)
    if access == "write" and not retyping(promised, actual).needs_using:
        return None if not retyping(promised, actual).narrows else "type-narrowed"
    return "type-changed"


_ZONES = (
    {"timestamp with time zone", "timestamp without time zone"},
    {"time with time zone", "time without time zone"},
)


def _same(promised: Type, actual: Type) -> bool:
    is_alike = _modifiers(promised) == _modifiers(actual) and promised.interval_fields == actual.interval_fields
    return _same_base(promised, actual) and is_alike


def _same_base(promised: Type, actual: Type) -> bool:
    schemas = {promised.schema or "public", actual.schema or "public"}
    return (promised.name, promised.dimensions) == (actual.name, actual.dimensions) and len(schemas) == 1


def _modifiers(type_: Type) -> tuple[str | int, ...]:
    """The modifiers in one spelling: PostGIS takes `point` for `Point`."""
    return (*(word.lower() for word in type_.words), *type_.modifiers)


def _is_same_own(promised: Type, actual: Type) -> bool:
    return not promised.is_built_in and not actual.is_built_in and _same_base(promised, actual)


def _own_modifiers(promised: Type, actual: Type, access: Access) -> str | None:
    """Only the extension knows what its modifiers mean; without any, a type takes whatever has one."""
    wider = promised if access == "read" else actual
    return "modifier-changed" if _modifiers(wider) else None


def _shortened(promised: Type, actual: Type, access: Access) -> str | None:
    """What is cut where only the modifiers of a built-in type differ: digits of a second, fields, letters, bits."""
    if actual.name == "bit":
        other = "values-converted" if access == "read" else "modifier-changed/22026"
        return other if _bits(actual) != _bits(promised) else None
    if actual.name in ("character", "bit varying"):
        return "length-reduced" if _length(actual) < _length(promised) else None
    if actual.name in _TIMES:
        is_cut = actual.interval_fields not in (None, promised.interval_fields)
        return "scale-reduced" if is_cut or _second_digits(actual) < _second_digits(promised) else None
    return None


def _bits(type_: Type) -> int:
    return type_.modifiers[0] if type_.modifiers else 1


def _second_digits(type_: Type) -> int:
    return min(type_.modifiers[0], _SECOND_DIGITS) if type_.modifiers else _SECOND_DIGITS


def _numeric(promised: Type, actual: Type, access: Access) -> str | None:
    if not actual.modifiers:
        return None
    precision, scale = actual.modifiers[:2]
    promised_precision, promised_scale = promised.modifiers[:2] if promised.modifiers else (_UNBOUNDED, _UNBOUNDED)
    if access == "write" and precision - scale < promised_precision - promised_scale:
        return "precision-reduced"
    return "scale-reduced" if scale < promised_scale else None


def _length(type_: Type) -> int:
    return type_.modifiers[0] if type_.modifiers else _UNBOUNDED
