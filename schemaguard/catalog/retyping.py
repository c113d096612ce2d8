"""ALTER COLUMN … TYPE between two types: what the server does for it, and what becomes of the values.

The work follows ATColumnChangeRequiresRewrite() and the length-coercion support functions (varchar, varbit, numeric,
timestamp, time, interval) of PostgreSQL 15–18, and is compared with real servers by the tests.
"""

from typing import Literal

from schemaguard.catalog.casts import is_assignable
from schemaguard.catalog.names import bare
from schemaguard.catalog.types import Type
from schemaguard.frozen import dataclass

_INTEGERS = {"smallint": 1, "integer": 2, "bigint": 3}
_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}
_STRINGS = ("text", "character varying", "character", "bpchar", "name", '"char"')
_ZONED = {
    "timestamp with time zone": "timestamp without time zone",
    "time with time zone": "time without time zone",
}
_COERCED = ("character varying", "bit varying", "numeric", "interval")
_FINEST_SECOND = 6
_UNBOUNDED = 1 << 30


@dataclass(frozen=True, slots=True)
class Retyping:
    """What a change of type means.

    `work`: `none` (metadata only), `scan` (rows are checked, not written), `rewrite`. `rebuilds_indexes`: those that
    hold the column are built anew, even where the table isn't. `narrows`: the new type refuses some values of the old.
    `loses`: some values come out changed. `needs_using`: no assignment cast leads there.
    """

    work: Literal["none", "scan", "rewrite"]
    rebuilds_indexes: bool = False
    narrows: bool = False
    loses: bool = False
    needs_using: bool = False


def retyping(old: Type, new: Type) -> Retyping:
    """What `ALTER COLUMN … TYPE new` does to a column of the type `old`, without USING."""
    if old == new:
        return Retyping("none")
    if old.dimensions or new.dimensions:
        return _of_arrays(old, new)
    if (old.name, old.schema) == (new.name, new.schema):
        return _of_modifiers(old, new)
    if old.name in _STRINGS and new.name in _STRINGS:
        return _of_strings(old, new)
    if _ZONED.get(old.name) == new.name or _ZONED.get(new.name) == old.name:
        # Free only in a session whose time zone is UTC, which nobody promises.
        return Retyping("rewrite", True, loses=True)
    return _across(old, new)


def _of_arrays(old: Type, new: Type) -> Retyping:
    if old.dimensions and new.dimensions:
        inner = retyping(old.element, new.element)
        # An array's elements are converted one by one, whatever a single value would cost.
        is_free = old.name == new.name and inner.work == "none" and not new.modifiers
        work: Literal["none", "rewrite"] = "none" if is_free else "rewrite"
        return Retyping(work, work == "rewrite", inner.narrows, inner.loses, inner.needs_using)
    is_text = new.name in _STRINGS and not new.dimensions
    return Retyping("rewrite", True, narrows=not is_text, needs_using=not is_text)


def _of_modifiers(old: Type, new: Type) -> Retyping:
    match new.name:
        case "character varying" | "bit varying":
            grows = _length(new) >= _length(old)
            # A longer varbit shares nothing with a shorter one's check, but both are only checked by the coercion.
            return Retyping("none") if grows else Retyping("rewrite", True, narrows=True)
        case "character" | "bit":
            narrows = _length(new) < _length(old) or new.name == "bit"
            return Retyping("rewrite", True, narrows=narrows)
        case "numeric":
            return _of_numerics(old, new)
        case "timestamp with time zone" | "timestamp without time zone" | "time with time zone":
            return _of_precision(old, new)
        case "time without time zone" | "interval":
            return _of_precision(old, new)
        case _:
            return Retyping("rewrite" if new.modifiers else "none", bool(new.modifiers), narrows=bool(new.modifiers))


def _length(type_: Type) -> int:
    return type_.modifiers[0] if type_.modifiers else _UNBOUNDED


def _of_numerics(old: Type, new: Type) -> Retyping:
    if not new.modifiers:
        return Retyping("none")
    if not old.modifiers:
        return Retyping("rewrite", True, narrows=True, loses=True)
    (precision, scale), (wide, fine) = old.modifiers[:2], new.modifiers[:2]
    loses = fine < scale
    narrows = wide - fine < precision - scale
    if not loses and not narrows and fine == scale:
        return Retyping("none")
    return Retyping("rewrite", True, narrows, loses)


def _of_precision(old: Type, new: Type) -> Retyping:
    was, becomes = (type_.modifiers[0] if type_.modifiers else _FINEST_SECOND for type_ in (old, new))
    same_fields = new.interval_fields is None or new.interval_fields == old.interval_fields
    if becomes >= was and same_fields:
        return Retyping("none")
    return Retyping("rewrite", True, loses=True)


def _of_strings(old: Type, new: Type) -> Retyping:
    varies = ("text", "character varying")
    if old.name in varies and new.name in varies:
        if not new.modifiers:
            return Retyping("none")
        return Retyping("rewrite", True, narrows=_length(new) < _length(old))
    if old.name in ("character", "bpchar") and new.name in ("bpchar",):
        return Retyping("none")
    narrows = _length(new) < _length(old) if new.modifiers or new.name in ('"char"', "name") else False
    return Retyping("rewrite", True, narrows, loses=old.name in ("character", "bpchar"))


def _across(old: Type, new: Type) -> Retyping:
    if "citext" in (old.name, new.name) and {old.name, new.name} <= {"citext", "text", "character varying"}:
        # The extension makes casts without a function both ways; only the indexes compare otherwise.
        return Retyping("rewrite", True, narrows=True) if new.modifiers else Retyping("none", rebuilds_indexes=True)
    if old.name in _INTEGERS and new.name in _INTEGERS:
        return Retyping("rewrite", True, narrows=_INTEGERS[new.name] < _INTEGERS[old.name])
    if new.name in ("text", "character varying") and not new.modifiers:
        # Everything has an assignment cast to text, and text keeps everything.
        return Retyping("none" if _is_free(old, new) else "rewrite", True)
    if new.name in _STRINGS:
        return Retyping("rewrite", True, narrows=True)
    numbers = (*_INTEGERS, "numeric", "real", "double precision", "money")
    if old.name in numbers and new.name in numbers:
        return _of_numbers(old, new)
    if old.name == "date" and new.name.startswith("timestamp"):
        return Retyping("rewrite", True)
    if old.name.startswith("timestamp") and (new.name == "date" or new.name.startswith("time ")):
        return Retyping("rewrite", True, loses=True, needs_using=not is_assignable(old, new))
    if {old.name, new.name} == {"json", "jsonb"}:
        return Retyping("rewrite", True, loses=new.name == "jsonb")
    if _is_free(old, new):
        return Retyping("none")
    is_cast = old.is_built_in and new.is_built_in and is_assignable(old, new)
    return Retyping("rewrite", True, narrows=True, needs_using=not is_cast)


def _is_free(old: Type, new: Type) -> bool:
    """Pairs that are binary coercible, which the server takes over as they are."""
    free = {("cidr", "inet"), ("xml", "text"), ("xml", "character varying"), ("oid", "regclass"), ("regclass", "oid")}
    return (old.name, new.name) in free and not new.modifiers


def _of_numbers(old: Type, new: Type) -> Retyping:
    approximate = ("real", "double precision")
    if new.name in approximate:
        exact = old.name in ("real", "smallint") or (old.name == "integer" and new.name == "double precision")
        return Retyping("rewrite", True, loses=not exact, narrows=new.name == "real" and old.name == "double precision")
    if old.name in _INTEGERS and new.name == "numeric":
        fits = not new.modifiers or new.modifiers[0] - new.modifiers[1] >= _DIGITS[old.name]
        return Retyping("rewrite", True, narrows=not fits)
    return Retyping("rewrite", True, narrows=True, loses=True, needs_using=not is_assignable(old, new))


def is_plain_cast(using: str, column: str) -> bool:
    """Whether USING says no more than the column itself, perhaps cast: the server takes that as if it weren't there.

    See ATColumnChangeRequiresRewrite() in tablecmds.c.
    """
    text = bare(using).lower()
    names = (column.lower(), f'"{column.lower()}"')
    return bare(text.partition("::")[0]).strip() in names or text.startswith(tuple(f"cast({n} as" for n in names))
