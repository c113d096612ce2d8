"""Queries and statements inside of others: of views and tables that are made from them, and what EXPLAIN shows."""

from schemaguard.sql.reading.syntax import operands, queries, statements
from schemaguard.sql.reading.syntax.reading import Symbols, column, expect, follows, name, skip


def viewed(s: Symbols, at: int) -> int:
    """The query of a view, with its CHECK OPTION."""
    at = queries.query(s, at)
    if s[at] == "with" and s[at + 1] != "no" and s[at + 1] != "data":
        at = expect(s, skip(s, at + 1, "cascaded", "local"), "check", "option")
    return at


def created(s: Symbols, at: int) -> int:
    """What a table or a materialized view is made from."""
    if s[at] == "execute":
        at = column(s, at + 1)
        if s[at] == "(":
            at = expect(s, operands.expressions_listed(s, at + 1), ")")
    else:
        at = queries.query(s, at)
    if follows(s, at, "with", "no", "data"):
        return at + 3
    return at + 2 if follows(s, at, "with", "data") else at


def explained(s: Symbols, at: int) -> int:
    """A statement that EXPLAIN shows, as far as it is about rows."""
    if s[at] in ("create", "execute", "declare", "refresh"):
        while s[at]:
            at += 1
        return at
    return statements.about_rows(s, at)


def called(s: Symbols, at: int) -> int:
    """A procedure and its arguments."""
    return operands.arguments(s, name(s, at))
