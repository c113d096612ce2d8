"""The relation that an ALTER … IF EXISTS is about."""

import re

from schemaguard.catalog.objects import Name
from schemaguard.sql.reading.cursor import Cursor, SyntaxRefusal, UnknownMeaning
from schemaguard.sql.reading.tokens import BROKEN, tokenize

_HEAD = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*+alter\s+(?:(?:foreign\s+)?table|(?:materialized\s+)?view|index|sequence)\s+if\s+exists\b",
    re.IGNORECASE | re.DOTALL,
)


def altered_if_it_exists(sql: str) -> Name | None:
    """The relation that the one statement of a text alters if it is there; None for every other text."""
    head = _HEAD.match(sql)
    if head is None:
        return None
    tokens, _ = tokenize(sql, head.end())
    while tokens and tokens[-1].key == ";":
        tokens.pop()
    if any(token.key == ";" or token.kind == BROKEN for token in tokens):
        return None
    cursor = Cursor(sql, tokens)
    cursor.accept("only")
    cursor.accept("(")
    try:
        return cursor.name()
    except (SyntaxRefusal, UnknownMeaning):
        return None
