"""USING of a change of type: whether the values stay what they were, as far as its text shows."""

import re

from schemaguard.catalog.names import bare
from schemaguard.catalog.retyping import retyping
from schemaguard.catalog.types import Type, parse_type

_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_COLUMN = re.compile(rf"(?:{_NAME}\s*\.\s*){{0,2}}({_NAME})\Z")
_LEFT = re.compile(r"left\s*\((.*),\s*(\d+)\s*\)\Z", re.IGNORECASE | re.DOTALL)
_CUT = frozenset(("character varying", "character", "bpchar", "name", '"char"', "bit", "bit varying"))
_CAST = re.compile(r"cast\s*\((.*)\s+as\s+([^()]+(?:\([^()]*\))?[^()]*)\)\Z", re.IGNORECASE | re.DOTALL)


def keeps_values(using: str, column: str, old: Type, new: Type) -> bool:
    """Whether USING is the column itself or a cast of it that alters nothing which the new type wouldn't alter, too."""
    casts = _casts_of(using, column)
    if casts is None:
        return _is_cut(using, column, new)
    passed = old
    for cast in casts:
        # The last step is the conversion that the new type makes anyway; what it does has causes of its own.
        if not (_is(cast, new) or _is(cast, passed)) and _alters(passed, cast):
            return False
        passed = cast
    return True


def is_itself(using: str | None, column: str, old: Type, new: Type) -> bool:
    """Whether USING gives what the server makes of the column without it: nothing is computed, and nothing cut.

    A cast that is written cuts a text that is too long, where the server by itself refuses it.
    """
    casts = _casts_of(using, column) if using is not None else []
    if not casts:
        return casts is not None
    return len(casts) == 1 and _is(casts[0], new) and not (new.name in _CUT and retyping(old, new).narrows)


def _is_cut(using: str, column: str, new: Type) -> bool:
    """Whether USING cuts a string to the length that the new type has; what that does has a cause of its own."""
    cut = _LEFT.match(bare(using))
    return cut is not None and _casts_of(cut[1], column) == [] and new.modifiers == (int(cut[2]),)


def _casts_of(text: str, column: str) -> list[Type] | None:
    """The types that the column is cast to, in order; None where the text is anything else."""
    text = bare(text)
    if (found := _COLUMN.match(text)) is not None:
        name = found[1]
        folded = name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
        return [] if folded == column else None
    if (called := _CAST.match(text)) is not None:
        return _then(_casts_of(called[1], column), called[2])
    head, mark, type_ = text.rpartition("::")
    return _then(_casts_of(head, column), type_) if mark else None


def _then(casts: list[Type] | None, type_: str) -> list[Type] | None:
    if casts is None:
        return None
    try:
        return [*casts, parse_type(type_.strip())]
    except ValueError:
        return None


def _is(one: Type, other: Type) -> bool:
    """Whether both mean the same type; a user's type may be written without its schema."""
    parts = (one.name, one.modifiers, one.dimensions) == (other.name, other.modifiers, other.dimensions)
    return parts and (one.schema is None or other.schema is None or one.schema == other.schema)


def _alters(old: Type, new: Type) -> bool:
    """Whether some value comes out of the cast as another one; an explicit cast cuts what is too long."""
    step = retyping(old, new)
    is_kept = new.is_built_in and new.name in ("text", "character varying") and not new.modifiers
    return not is_kept and (step.loses or step.narrows or not (old.is_built_in and new.is_built_in))
