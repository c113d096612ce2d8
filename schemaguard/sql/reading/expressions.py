"""The columns that an expression names, read from its tokens."""

from collections.abc import Sequence

from schemaguard.sql.reading.cursor import Cursor
from schemaguard.sql.reading.syntax.lexicon import NO_COLUMN
from schemaguard.sql.reading.tokens import QUOTED, STRING, WORD, Token, tokenize

_TYPE_TAIL = frozenset({"precision", "varying", "with", "without", "time", "zone"})
_AFTER_IS = frozenset({"unknown", "document", "normalized", "json", "nfc", "nfd", "nfkc", "nfkd"})
_NEVER = NO_COLUMN | {"between", "interval", "escape"}
_JSON_FUNCTIONS = frozenset({"json_value", "json_query", "json_exists", "json_table"})
_JSON_WORDS = frozenset(
    {"passing", "error", "empty", "wrapper", "conditional", "unconditional", "omit", "keep", "quotes", "object"}
)


def columns_of(expression: str) -> tuple[str, ...]:
    """The columns that the text of an expression names, each once, in their order."""
    tokens, _ = tokenize(expression)
    return named_columns(tokens)


def columns_between(cursor: Cursor, begin: int, end: int) -> tuple[str, ...]:
    """The columns that the tokens from `begin` to before `end` name."""
    return named_columns(cursor.tokens[begin:end])


def named_columns(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The columns that an expression's tokens name, each once, in their order.

    Function names, types behind `::`, AS and in front of a literal, collations and the field of extract() are no
    columns; of `t.c` it is `c`.
    """
    found: dict[str, None] = {}
    at, many = 0, len(tokens)
    syntax = _JSON_WORDS if any(token.key in _JSON_FUNCTIONS for token in tokens) else frozenset()
    while at < many:
        token = tokens[at]
        if token.kind not in (WORD, QUOTED):
            at += 1
            continue
        end = at + 1
        while end + 1 < many and tokens[end].key == "." and tokens[end + 1].kind in (WORD, QUOTED):
            end += 2
        before = tokens[at - 1].key if at else ""
        if before in ("::", "as") or (before == "returning" and syntax):
            while end < many and tokens[end].key in _TYPE_TAIL:
                end += 1
        elif token.key == "at" and end < many and tokens[end].key == "time":
            end += 2
        elif token.key not in syntax and _is_column(tokens, at, end, before):
            found[tokens[end - 1].value] = None
        at = end
    return tuple(found)


def _is_column(tokens: Sequence[Token], at: int, end: int, before: str) -> bool:
    token = tokens[at]
    after = tokens[end] if end < len(tokens) else None
    if token.kind == WORD and end == at + 1 and token.key in _NEVER:
        return False
    if before in ("collate", ".") or (before in ("order", "partition") and token.key == "by"):
        return False
    if after is not None and (after.key in ("(", "=>", ".") or after.kind == STRING):
        return False
    if before == "(" and at > 1 and tokens[at - 2].key == "extract":
        return False
    return not (token.key in _AFTER_IS and (before == "is" or (before == "not" and tokens[at - 2].key == "is")))
