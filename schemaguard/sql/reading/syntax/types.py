"""The names of types, with their modifiers and array bounds: `Typename` of PostgreSQL's gram.y."""

from schemaguard.sql.reading.syntax import expressions
from schemaguard.sql.reading.syntax.lexicon import FUNCTIONS
from schemaguard.sql.reading.syntax.reading import Misplaced, Symbols, enclosed_list, expect, follows, label, skip

BARE = frozenset({"int", "integer", "smallint", "bigint", "real", "boolean", "json"})
MODIFIED = frozenset({"float", "decimal", "dec", "numeric"})
CHARACTERS = frozenset({"bit", "character", "char", "varchar", "nchar", "national"})
TIMES = frozenset({"time", "timestamp"})
BUILT_IN = BARE | MODIFIED | CHARACTERS | TIMES | {"interval"}
_FIELDS = {"year": ("month",), "day": ("hour", "minute", "second"), "hour": ("minute", "second"), "minute": ("second",)}


def type_name(s: Symbols, at: int) -> int:
    """A type, SETOF and arrays among them."""
    at = simple_type(s, skip(s, at, "setof"))
    if s[at] == "array":
        at += 1
        return expect(s, at + 1, "0", "]") if s[at] == "[" else at
    while s[at] == "[":
        at = expect(s, skip(s, at + 1, "0"), "]")
    return at


def simple_type(s: Symbols, at: int) -> int:
    """A type that is not an array."""
    word = s[at]
    if word in BUILT_IN:
        return built_in(s, at)
    if word == "double" and s[at + 1] == "precision":
        return at + 2
    if word not in FUNCTIONS:
        raise Misplaced(at, "a type")
    at += 1
    while s[at] == ".":
        at = label(s, at + 1)
    if s[at] == "%" and s[at + 1] == "type":
        return at + 2
    return _modifiers(s, at)


def built_in(s: Symbols, at: int) -> int:
    """A type that the grammar knows by its word; of an interval its fields too."""
    word = s[at]
    if word in BARE:
        return at + 1
    if word in MODIFIED:
        return _modifiers(s, at + 1)
    if word in CHARACTERS:
        if word == "national":
            at += 1
            if s[at] not in ("character", "char"):
                raise Misplaced(at, "CHARACTER")
        at += 1
        return _modifiers(s, skip(s, at, "varying") if word != "varchar" else at)
    if word in TIMES:
        at = _precision(s, at + 1)
        if s[at] in ("with", "without") and s[at + 1] == "time":
            at = expect(s, at + 2, "zone")
        return at
    at += 1
    return _precision(s, at) if s[at] == "(" else fields(s, at)


def fields(s: Symbols, at: int) -> int:
    """The fields of an interval, none among them."""
    word = s[at]
    if word == "second":
        return _precision(s, at + 1)
    if word == "month":
        return at + 1
    if word not in _FIELDS:
        return at
    at += 1
    if s[at] != "to":
        return at
    if s[at + 1] not in _FIELDS[word]:
        raise Misplaced(at + 1, "a smaller field")
    return _precision(s, at + 2) if s[at + 1] == "second" else at + 2


def _modifiers(s: Symbols, at: int) -> int:
    return enclosed_list(s, at, expressions.expression) if s[at] == "(" else at


def _precision(s: Symbols, at: int) -> int:
    return expect(s, at, "(", "0", ")") if s[at] == "(" else at


def is_constant(s: Symbols, at: int) -> bool:
    """Whether a built-in type stands in front of a literal: `date '2026-01-01'`, `interval '1' day`."""
    return s[at] in BUILT_IN or follows(s, at, "double", "precision")
