"""What stands in FROM: tables, functions, queries, joins and their aliases. `table_ref` of PostgreSQL's gram.y."""

from schemaguard.sql.reading.syntax import expressions, operands, queries
from schemaguard.sql.reading.syntax.lexicon import COLUMNS
from schemaguard.sql.reading.syntax.reading import (
    Misplaced,
    Symbols,
    balanced,
    column,
    columns,
    enclosed,
    enclosed_list,
    expect,
    follows,
    listed,
    name,
    skip,
)
from schemaguard.sql.reading.syntax.types import type_name

_JOINS = frozenset({"cross", "natural", "inner", "left", "right", "full", "join"})
_VALUES = frozenset(
    {"current_date", "current_role", "current_user", "user", "session_user", "system_user", "current_catalog"}
    | {"current_schema", "current_time", "current_timestamp", "localtime", "localtimestamp", "collation"}
)
"""Functions without parentheses."""
_OWN = frozenset({"xmltable", "json_table"})


def from_list(s: Symbols, at: int) -> int:
    """What FROM lists."""
    return listed(s, at, joined)


def joined(s: Symbols, at: int) -> int:
    """A relation, and what is joined to it."""
    at = _primary(s, at)
    while s[at] in _JOINS:
        at = _join(s, at)
    return at


def _join(s: Symbols, at: int) -> int:
    if s[at] == "cross":
        return _primary(s, expect(s, at + 1, "join"))
    is_natural = s[at] == "natural"
    at = skip(s, at, "natural")
    at = skip(s, at + 1, "outer") if s[at] in ("left", "right", "full") else skip(s, at, "inner")
    at = _primary(s, expect(s, at, "join"))
    if is_natural:
        return at
    while s[at] in _JOINS:
        at = _join(s, at)
    if s[at] == "on":
        return expressions.expression(s, at + 1)
    at = columns(s, expect(s, at, "using"))
    return column(s, at + 1) if s[at] == "as" else at


def _primary(s: Symbols, at: int) -> int:
    is_lateral = s[at] == "lateral"
    at = skip(s, at, "lateral")
    word = s[at]
    if word == "(":
        return _parenthesized(s, at, is_lateral)
    if word in _OWN and s[at + 1] == "(":
        return alias(s, balanced(s, at + 1))
    if follows(s, at, "rows", "from", "("):
        return _function_alias(s, _ordinality(s, enclosed_list(s, at + 2, _row_function)))
    if word in _VALUES or operands.is_call(s, at):
        return _function_alias(s, _ordinality(s, operands.call(s, at)))
    if is_lateral:
        raise Misplaced(at, "a query or function")
    return _sampled(s, alias(s, relation(s, at)))


def _parenthesized(s: Symbols, at: int, is_lateral: bool) -> int:
    """A query with its alias, or joins."""
    behind, is_query = _nested(s, at)
    if is_lateral and not is_query:
        raise Misplaced(at, "a query or function")
    return alias(s, behind)


def _nested(s: Symbols, at: int) -> tuple[int, bool]:
    """Behind the parentheses, and whether they hold a query."""
    inside = at + 1
    if s[inside] in queries.STARTS:
        return expect(s, queries.query(s, inside), ")"), True
    if s[inside] == "(":
        behind, is_query = _nested(s, inside)
        if is_query:
            behind = queries.rest(s, behind)
            if s[behind] == ")":
                return behind + 1, True
        behind = alias(s, behind)
    else:
        behind = _primary(s, inside)
    if s[behind] not in _JOINS and s[inside] != "(":
        raise Misplaced(behind, "JOIN")
    while s[behind] in _JOINS:
        behind = _join(s, behind)
    return expect(s, behind, ")"), False


def relation(s: Symbols, at: int) -> int:
    """A table, ONLY a table, or a table with those that inherit from it."""
    if s[at] == "only":
        return enclosed(s, at + 1, name) if s[at + 1] == "(" else name(s, at + 1)
    return skip(s, name(s, at), "*")


def alias(s: Symbols, at: int) -> int:
    """An alias with the names of columns, or none."""
    if s[at] == "as":
        at = column(s, at + 1)
    elif s[at] in COLUMNS:
        at += 1
    else:
        return at
    return columns(s, at) if s[at] == "(" else at


def _function_alias(s: Symbols, at: int) -> int:
    if s[at] == "as":
        at = at + 1 if s[at + 1] == "(" else column(s, at + 1)
    elif s[at] in COLUMNS:
        at += 1
    else:
        return at
    return enclosed_list(s, at, _column_of_function) if s[at] == "(" else at


def _column_of_function(s: Symbols, at: int) -> int:
    at = column(s, at)
    if s[at] in (",", ")"):
        return at
    at = type_name(s, at)
    return name(s, at + 1) if s[at] == "collate" else at


def _row_function(s: Symbols, at: int) -> int:
    at = operands.call(s, at)
    return enclosed_list(s, at + 1, _column_of_function) if s[at] == "as" else at


def _ordinality(s: Symbols, at: int) -> int:
    return at + 2 if follows(s, at, "with", "ordinality") else at


def _sampled(s: Symbols, at: int) -> int:
    if s[at] != "tablesample":
        return at
    at = enclosed_list(s, name(s, at + 1), expressions.expression)
    return enclosed(s, at + 1, expressions.expression) if s[at] == "repeatable" else at
