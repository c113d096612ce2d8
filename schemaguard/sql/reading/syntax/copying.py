"""COPY behind its table or query: where to or from, with which options, and which rows.

https://www.postgresql.org/docs/18/sql-copy.html
"""

from schemaguard.sql.reading.syntax.expressions import expression
from schemaguard.sql.reading.syntax.lexicon import LABELS
from schemaguard.sql.reading.syntax.reading import (
    Misplaced,
    Symbols,
    balanced,
    column,
    enclosed_list,
    expect,
    follows,
    label,
    listed,
    skip,
)

_WITH_VALUE = frozenset({"delimiter", "null", "quote", "escape", "encoding"})
_ALONE = frozenset({"binary", "freeze", "csv", "header"})


def copied(s: Symbols, at: int) -> int:
    """Behind COPY … FROM or TO."""
    is_from = s[at - 1] == "from"
    if s[at] == "program":
        at = expect(s, at + 1, "'")
    elif s[at] in ("'", "stdin", "stdout"):
        at += 1
    else:
        raise Misplaced(at, "a file, STDIN or STDOUT")
    if s[at] == "delimiters" or follows(s, at, "using", "delimiters"):
        at = expect(s, at + 1 + (s[at] == "using"), "'")
    at = skip(s, at, "with")
    at = enclosed_list(s, at, _option) if s[at] == "(" else _options(s, at)
    return expression(s, at + 1) if is_from and s[at] == "where" else at


def _option(s: Symbols, at: int) -> int:
    at = label(s, at)
    if s[at] in ("'", "0", "*") or s[at] in LABELS:
        return at + 1
    if s[at] in ("+", "-"):
        return expect(s, at + 1, "0")
    return balanced(s, at) if s[at] == "(" else at


def _options(s: Symbols, at: int) -> int:
    """The options as they were written before PostgreSQL 9.0."""
    while True:
        word = s[at]
        if word in _ALONE:
            at += 1
        elif word in _WITH_VALUE:
            at = expect(s, skip(s, at + 1, "as"), "'")
        elif word == "force":
            at += 1
            at = at + 2 if follows(s, at, "not", "null") else at + 1
            at = at + 1 if s[at] == "*" else listed(s, at, column)
        else:
            return at
