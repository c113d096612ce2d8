"""SQL in a playbook: a condition over one table's row, and a query that only reads."""

import re

from schemaguard.sql.queries.sent import sent
from schemaguard.sql.reading.statements import split
from schemaguard.sql.reading.tokens import PARAMETER, tokenize

_OF_QUERIES = frozenset({"select", "from", "with", "values", "table", "union", "into"})
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
    if len(split(query, "")) != 1 or len(read.queries) != 1 or read.others:
        return "isn't one query that only reads a table"
    return ""
