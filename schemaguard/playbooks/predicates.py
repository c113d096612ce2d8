"""SQL in a playbook: a condition over one table's row, and a query that only reads."""

import re
from collections.abc import Sequence
from itertools import pairwise

from schemaguard.sql.queries.sent import sent
from schemaguard.sql.reading.statements import split
from schemaguard.sql.reading.tokens import PARAMETER, Token, tokenize

_OF_QUERIES = frozenset({"select", "with", "values", "table", "union", "into"})
_BEGINS = frozenset({"select", "with", "table", "("})
_REACHES_OUT = re.compile(
    r"pg_(?!(?:typeof|column_size|size_pretty|input_is_valid)$).*|lo_.*|lo(?:read|write)|dblink.*|set_config"
    r"|nextval|setval|txid_.*|(?:query|cursor|table|schema|database)_to_xml.*"
)
"""Functions that do more than read a row, which no read-only transaction keeps from it all: they end sessions, write
files, slots and settings, or run a text.
"""
_SPAN = re.compile(r"(?<![:\w]):(\w+)")
_BOUNDS = ("since", "until")


def not_a_predicate(text: str) -> str:
    """Why a text isn't a condition over a row, empty where it is one."""
    tokens, comments = tokenize(text)
    words = {token.key for token in tokens if token.key}
    depth = 0
    for token in tokens:
        depth += (token.key == "(") - (token.key == ")")
        if depth < 0:
            return f"{text!r} closes a parenthesis that it doesn't open"
    if comments or ";" in words or any(token.kind == PARAMETER for token in tokens):
        return "write one condition, without comments, semicolons and parameters"
    if function := _reaching_out(tokens):
        return f"{function}() does more than read the row: it can't stand in a playbook"
    if found := sorted(words & _OF_QUERIES):
        return f"a condition is about the row alone: {found[0].upper()} can't stand in it"
    read = sent(f"SELECT 1 FROM a_table WHERE ({text})")  # noqa: S608 - it is read, never sent
    if len(read.queries) != 1 or read.others:
        return f"{text!r} isn't a condition that PostgreSQL can read"
    return ""


def not_a_reading_query(text: str) -> str:
    """Why a text isn't one query that only reads, empty where it is one; `:since` and `:until` may stand in it."""
    others = sorted({name for name in _SPAN.findall(text) if name not in _BOUNDS})
    if others:
        return f":{others[0]} isn't known; a query may use :since and :until"
    query = _SPAN.sub("NULL::timestamptz", text)
    read = sent(query)
    tokens, _ = tokenize(query)
    if function := _reaching_out(tokens):
        return f"{function}() does more than read: it can't stand in a playbook"
    if not tokens or tokens[0].key not in _BEGINS or _locks(tokens):
        return "isn't one query that only reads a table"
    if len(split(query, "")) != 1 or len(read.queries) != 1 or read.others:
        return "isn't one query that only reads a table"
    return ""


def _reaching_out(tokens: Sequence[Token]) -> str:
    """The first function that is called and does more than read, empty where none does."""
    called = (token.value for token, after in pairwise(tokens) if after.key == "(")
    return next((name for name in called if _REACHES_OUT.fullmatch(name.lower())), "")


def _locks(tokens: Sequence[Token]) -> bool:
    """Whether a query takes locks of rows: FOR UPDATE, FOR NO KEY UPDATE, FOR SHARE, FOR KEY SHARE."""
    words = " ".join(token.key or "?" for token in tokens)
    return re.search(r"\bfor (?:no key update|key share|update|share)\b", words) is not None
