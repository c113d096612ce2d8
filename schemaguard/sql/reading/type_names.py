"""The name that pg_type has for a type as it is written, told from tokens."""

from collections.abc import Sequence

from schemaguard.sql.reading.tokens import NUMBER, QUOTED, WORD, Token

_SPELLED = {
    "int": "int4", "integer": "int4", "smallint": "int2", "bigint": "int8", "real": "float4", "boolean": "bool",
    "dec": "numeric", "decimal": "numeric",
}  # fmt: skip
_STRINGS = {"character": "bpchar", "char": "bpchar", "nchar": "bpchar", "bit": "bit"}
_VARYING = {"character": "varchar", "char": "varchar", "nchar": "varchar", "bit": "varbit"}
_FIELDS = frozenset({"year", "month", "day", "hour", "minute", "second", "to"})
_FINEST_REAL = 24


def type_name(tokens: Sequence[Token], at: int, end: int) -> tuple[str, int]:
    """The last part of the name that the type written at a place has in pg_type, and where it ends."""
    first = tokens[at] if at < end else None
    if first is None or first.kind not in (WORD, QUOTED):
        return "", min(at + 1, end)
    name, at = first.value, at + 1
    if _key(tokens, at, end) == ".":
        while _key(tokens, at, end) == "." and at + 1 < end:
            name, at = tokens[at + 1].value, at + 2
        at = _behind(tokens, at, end, "(")
    elif first.kind == WORD:
        name, at = _built_in(tokens, at, end, first.key)
    else:
        at = _behind(tokens, at, end, "(")
    return name, _behind_array(tokens, at, end)


def after_interval(tokens: Sequence[Token], at: int, end: int) -> int:
    """Where the fields of an interval end, such as `day to second(3)`."""
    begin = at
    while _key(tokens, at, end) in _FIELDS:
        at += 1
    return _behind(tokens, at, end, "(") if at > begin else at


def _built_in(tokens: Sequence[Token], at: int, end: int, word: str) -> tuple[str, int]:
    if word == "national" and _key(tokens, at, end) in ("character", "char"):
        word, at = _key(tokens, at, end), at + 1
    if word in _STRINGS:
        name = _STRINGS[word]
        if _key(tokens, at, end) == "varying":
            name, at = _VARYING[word], at + 1
        return name, _behind(tokens, at, end, "(")
    if word == "double" and _key(tokens, at, end) == "precision":
        return "float8", at + 1
    if word == "float":
        digits = tokens[at + 1].value if at + 1 < end and tokens[at + 1].kind == NUMBER else "53"
        small = _key(tokens, at, end) == "(" and digits.isdigit() and int(digits) <= _FINEST_REAL
        return ("float4" if small else "float8"), _behind(tokens, at, end, "(")
    if word == "interval":
        at = _behind(tokens, at, end, "(")
        return "interval", after_interval(tokens, at, end)
    at = _behind(tokens, at, end, "(")
    if word in ("time", "timestamp"):
        if _key(tokens, at, end) in ("with", "without") and _key(tokens, at + 1, end) == "time":
            zone = "tz" if tokens[at].key == "with" else ""
            return word + zone, at + 3
        return word, at
    return _SPELLED.get(word, word), at


def _behind_array(tokens: Sequence[Token], at: int, end: int) -> int:
    if _key(tokens, at, end) == "array":
        at += 1
    while _key(tokens, at, end) == "[":
        at = _behind(tokens, at, end, "[")
    return at


def _behind(tokens: Sequence[Token], at: int, end: int, opening: str) -> int:
    """Behind the parenthesis that opens at a place, the place itself where none does."""
    if _key(tokens, at, end) != opening:
        return at
    depth = 0
    while at < end:
        depth += (tokens[at].key in ("(", "[")) - (tokens[at].key in (")", "]"))
        at += 1
        if depth == 0:
            break
    return at


def _key(tokens: Sequence[Token], at: int, end: int) -> str:
    return tokens[at].key if at < end else ""
