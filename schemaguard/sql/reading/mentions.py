"""The relations that a text mentions, where its meaning can't be known: DO blocks, function bodies, queries."""

from collections.abc import Iterator, Sequence

from schemaguard.catalog.objects import Name
from schemaguard.sql.reading.cursor import Cursor
from schemaguard.sql.reading.known_functions import is_harmless
from schemaguard.sql.reading.syntax.lexicon import NO_COLUMN
from schemaguard.sql.reading.tokens import BROKEN, MARK, QUOTED, STRING, WORD, Token, tokenize

_INTRODUCES = frozenset(
    {"from", "join", "into", "update", "table", "only", "on", "exists", "references", "truncate", "view", "using"}
    | {"copy", "lock", "index", "sequence", "type", "domain", "concurrently"}
)
"""Words that a relation's name may follow."""
_READS = frozenset({"from", "join", "using", "only", "table", "into", "update"})
_NOT_RELATIONS = frozenset(
    {"delete", "insert", "conflict", "key", "data", "commit", "cascade", "restrict", "no", "action", "nowait", "skip"}
    | {
        "server",
        "procedure",
        "function",
        "schema",
        "extension",
        "role",
        "public",
        "set",
        "values",
        "lateral",
        "if",
        "not",
        "exists",
        "unnest",
        "generate_series",
        "strict",
        "column",
        "select",
    }
)
_SYSTEM = frozenset({"pg_catalog", "information_schema"})
_DEEPEST = 5


def relations_between(cursor: Cursor, begin: int, end: int) -> frozenset[Name]:
    """The relations that a query's tokens name behind FROM, JOIN and the like, its own CTEs left out."""
    tokens = cursor.tokens[begin:end]
    return frozenset(_relations(tokens, _READS)) - common_tables(tokens)


def _relations(tokens: Sequence[Token], introduces: frozenset[str]) -> Iterator[Name]:
    """The names that follow one of the words; behind FROM also those after its commas."""
    at, many = 0, len(tokens)
    in_list: list[bool] = [False]
    is_join = False
    while at < many:
        key = tokens[at].key
        if key == "(":
            # The parentheses behind USING hold the columns of a join, those behind FROM may hold more relations.
            is_join = at > 0 and tokens[at - 1].key == "using"
            in_list.append(at > 0 and tokens[at - 1].key in introduces and not is_join)
        elif key == ")" and len(in_list) > 1:
            in_list.pop()
        elif key in ("from", "using"):
            in_list[-1] = True
        elif key in ("where", "group", "order", "having", "limit", "returning", "set", "select", "on", "window", "do"):
            in_list[-1] = False
        follows = key in introduces or (in_list[-1] and key == ",") or (key == "(" and in_list[-1] and not is_join)
        at += 1
        if not follows:
            continue
        name, end = _name_at(tokens, at)
        if name is not None and not (end < many and tokens[end].key == "(" and key not in ("into", "table", "on")):
            yield name
            at = end


def _name_at(tokens: Sequence[Token], at: int) -> tuple[Name | None, int]:
    if at >= len(tokens):
        return None, at
    first = tokens[at]
    is_schema = at + 1 < len(tokens) and tokens[at + 1].key == "." and first.kind == WORD
    if (
        first.kind != QUOTED
        and not is_schema
        and (first.kind != WORD or first.key in NO_COLUMN or first.key in _NOT_RELATIONS or first.key in _INTRODUCES)
    ):
        return None, at
    parts = [first.value]
    at += 1
    while at + 1 < len(tokens) and tokens[at].key == "." and tokens[at + 1].kind in (WORD, QUOTED):
        parts.append(tokens[at + 1].value)
        at += 2
    return Name(parts[-1], parts[-2] if len(parts) > 1 else None), at


def common_tables(tokens: Sequence[Token]) -> frozenset[Name]:
    """The names that WITH gives to queries."""
    found: set[Name] = set()
    for at in range(1, len(tokens) - 1):
        if tokens[at].key != "as" or tokens[at - 1].kind not in (WORD, QUOTED, MARK):
            continue
        opening = at + 1
        while opening < len(tokens) and tokens[opening].key in ("not", "materialized"):
            opening += 1
        if opening < len(tokens) and tokens[opening].key == "(":
            name = _named_before(tokens, at)
            if name:
                found.add(Name(name))
    return frozenset(found)


def _named_before(tokens: Sequence[Token], at: int) -> str | None:
    """The name before AS, over a list of columns in parentheses."""
    at -= 1
    if tokens[at].key == ")":
        while at > 0 and tokens[at].key != "(":
            at -= 1
        at -= 1
    return tokens[at].value if at >= 0 and tokens[at].kind in (WORD, QUOTED) else None


def mentions(text: str, depth: int = 0) -> frozenset[Name] | None:
    """The relations that a block of code names, those inside its strings too; None where they could be any.

    They could be any where a string is run that isn't a literal, or where the text doesn't read as tokens.
    """
    tokens, _ = tokenize(text)
    if tokens and tokens[-1].kind == BROKEN:
        return None
    if _runs_unknown_text(tokens) or _calls_unknown(tokens):
        return None
    found = set(_relations(tokens, _INTRODUCES)) - common_tables(tokens)
    if any(name.schema in _SYSTEM for name in _written(tokens)):
        return None
    for at, token in enumerate(tokens):
        if token.kind == STRING and depth < _DEEPEST and " " in token.value.strip() and not _is_message(tokens, at):
            inside = mentions(token.value, depth + 1)
            found |= inside or set()
    return frozenset(name for name in found if name.schema not in _SYSTEM and not name.name.startswith("pg_"))


def _runs_unknown_text(tokens: Sequence[Token]) -> bool:
    """Whether EXECUTE runs anything but one literal."""
    for at, token in enumerate(tokens[:-1]):
        if token.key != "execute" or tokens[at + 1].key in ("function", "procedure", "on"):
            continue
        if at and tokens[at - 1].key in ("grant", "revoke", ","):
            continue
        after = tokens[at + 2].key if at + 2 < len(tokens) else ";"
        if tokens[at + 1].kind != STRING or after not in (";", "using", "into"):
            return True
    return False


def _calls_unknown(tokens: Sequence[Token]) -> bool:
    """Whether PERFORM, CALL or a bare SELECT calls what isn't PostgreSQL's own."""
    for at, token in enumerate(tokens[:-1]):
        if token.key in ("perform", "call", "select"):
            name, end = _name_at(tokens, at + 1)
            if name is not None and end < len(tokens) and tokens[end].key == "(" and not is_harmless(name.name):
                return True
    return False


def _is_message(tokens: Sequence[Token], at: int) -> bool:
    """Whether a string is what RAISE says."""
    return any(token.key == "raise" for token in tokens[max(0, at - 2) : at])


def _written(tokens: Sequence[Token]) -> Iterator[Name]:
    """The relations whose rows are written."""
    for at, token in enumerate(tokens):
        behind = tokens[at - 1].key if at else ""
        if token.key == "update" or (token.key in ("into", "from") and behind in ("insert", "delete", "merge")):
            name, _ = _name_at(tokens, at + 1)
            if name is not None:
                yield name
