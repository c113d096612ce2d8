"""Queries: SELECT, VALUES and TABLE, their clauses in order, and what is combined of them.

`SelectStmt` of PostgreSQL's gram.y; https://www.postgresql.org/docs/18/sql-select.html
"""

from schemaguard.sql.reading.syntax import expressions, operands, relations, statements
from schemaguard.sql.reading.syntax.lexicon import BARE_LABELS
from schemaguard.sql.reading.syntax.reading import (
    Misplaced,
    Symbols,
    column,
    columns,
    enclosed,
    enclosed_list,
    expect,
    follows,
    label,
    listed,
    name,
    skip,
)

_COMBINES = frozenset({"union", "intersect", "except"})
_TAILS = frozenset({"order", "limit", "offset", "fetch", "for"})
STARTS = frozenset({"select", "values", "table", "with"})
"""What a query starts with that isn't in parentheses."""
CONTINUES = _COMBINES | _TAILS
"""What may follow a query in parentheses that is a part of another."""


def query(s: Symbols, at: int) -> int:
    """A query with its WITH, ORDER BY, LIMIT and locks."""
    if s[at] == "with":
        at = with_clause(s, at)
    return body(s, at)


def body(s: Symbols, at: int) -> int:
    """A query behind its WITH."""
    return rest(s, _term(s, at))


def in_parentheses(s: Symbols, at: int) -> int:
    """A query that must be in parentheses."""
    if s[at] != "(":
        raise Misplaced(at, "a query in parentheses")
    inside = at + 1
    if s[inside] == "(":
        return expect(s, rest(s, in_parentheses(s, inside)), ")")
    return expect(s, query(s, inside), ")")


def rest(s: Symbols, at: int) -> int:
    """What follows the first of a query's parts."""
    while s[at] in _COMBINES:
        at = _term(s, skip(s, at + 1, "all", "distinct"))
    if s[at] in _TAILS:
        at = _tails(s, at)
    return at


def _term(s: Symbols, at: int) -> int:
    word = s[at]
    if word == "select":
        return _select(s, at + 1)
    if word == "(":
        return in_parentheses(s, at)
    if word == "values":
        return listed(s, at + 1, _row)
    if word == "table":
        return relations.relation(s, at + 1)
    raise Misplaced(at, "a query")


def _row(s: Symbols, at: int) -> int:
    return enclosed_list(s, at, expressions.expression)


def _tails(s: Symbols, at: int) -> int:
    # What stands in parentheses may have an order of its own.
    is_ordered = s[at] == "order" or s[at - 1] == ")"
    if s[at] == "order":
        at = ordering(s, at)
    begin = at
    is_locked = s[at] == "for"
    if is_locked:
        at = _locks(s, at)
    at = _limits(s, at)
    at = at if is_locked else _locks(s, at)
    if "ties" in s[begin:at]:
        _with_ties(s[begin:at], begin, is_ordered)
    return at


def _with_ties(tail: Symbols, begin: int, is_ordered: bool) -> None:
    """What WITH TIES asks of the rest: insertSelectOptions of gram.y."""
    at = next((at for at, word in enumerate(tail) if word == "with" and tail[at + 1 : at + 2] == ["ties"]), None)
    if at is not None and not is_ordered:
        raise Misplaced(begin + at, "ORDER BY, or ONLY")
    if at is not None and any(tail[at : at + 2] == ["skip", "locked"] for at in range(len(tail))):
        raise Misplaced(begin + at, "ONLY, because of SKIP LOCKED,")


def _locks(s: Symbols, at: int) -> int:
    while s[at] == "for":
        at += 1
        if s[at] == "read":
            return expect(s, at + 1, "only")
        if follows(s, at, "no", "key"):
            at = expect(s, at + 2, "update")
        elif s[at] == "key":
            at = expect(s, at + 1, "share")
        elif s[at] in ("update", "share"):
            at += 1
        else:
            raise Misplaced(at, "UPDATE or SHARE")
        if s[at] == "of":
            at = listed(s, at + 1, name)
        if follows(s, at, "skip", "locked"):
            at += 2
        else:
            at = skip(s, at, "nowait")
    return at


def _limits(s: Symbols, at: int) -> int:
    seen: set[str] = set()
    while s[at] in ("limit", "offset", "fetch"):
        kind = "offset" if s[at] == "offset" else "limit"
        if kind in seen:
            raise Misplaced(at, "the query's end")
        seen.add(kind)
        if s[at] == "fetch":
            at = _fetch(s, at + 1)
        elif s[at] == "limit" and s[at + 1] == "all":
            at += 2
        else:
            at = expressions.expression(s, at + 1)
            if kind == "offset":
                at = skip(s, at, "row", "rows")
            elif s[at] == ",":
                raise Misplaced(at, "OFFSET")
    return at


def _fetch(s: Symbols, at: int) -> int:
    if s[at] not in ("first", "next"):
        raise Misplaced(at, "FIRST or NEXT")
    at += 1
    if s[at] not in ("row", "rows"):
        at = operands.operand(s, at + 1 if s[at] in ("+", "-") else at)
    if s[at] not in ("row", "rows"):
        raise Misplaced(at, "ROWS")
    if s[at + 1] == "only":
        return at + 2
    return expect(s, at + 1, "with", "ties")


def ordering(s: Symbols, at: int) -> int:
    """ORDER BY."""
    return listed(s, expect(s, at, "order", "by"), sorting)


def sorting(s: Symbols, at: int) -> int:
    """One expression to sort by."""
    at = expressions.expression(s, at)
    at = expressions.operator(s, at + 1) if s[at] == "using" else skip(s, at, "asc", "desc")
    if s[at] == "nulls":
        if s[at + 1] not in ("first", "last"):
            raise Misplaced(at + 1, "FIRST or LAST")
        at += 2
    return at


def _select(s: Symbols, at: int) -> int:
    if s[at] == "distinct":
        at += 1
        if s[at] == "on":
            at = enclosed_list(s, at + 1, expressions.expression)
        at = listed(s, at, output)
    else:
        at = skip(s, at, "all")
        if s[at] not in _AFTER_NO_OUTPUT:
            at = listed(s, at, output)
    if s[at] == "into":
        at = _into(s, at + 1)
    if s[at] == "from":
        at = relations.from_list(s, at + 1)
    if s[at] == "where":
        at = expressions.expression(s, at + 1)
    if s[at] == "group":
        at = _grouping(s, expect(s, at + 1, "by"))
    if s[at] == "having":
        at = expressions.expression(s, at + 1)
    if s[at] == "window":
        at = listed(s, at + 1, _named_window)
    return at


_AFTER_NO_OUTPUT = CONTINUES | {"", ")", ";", "into", "from", "where", "group", "having", "window", "on", "returning"}
"""What may follow SELECT, or a query that selects no column."""


def output(s: Symbols, at: int) -> int:
    """One output column."""
    if s[at] == "*":
        return at + 1
    try:
        behind = expressions.expression(s, at)
    except Misplaced as misplaced:
        if _is_label(s, at, misplaced.at - 1):
            return misplaced.at
        raise
    if s[behind] == "as":
        return label(s, behind + 1)
    return behind + 1 if s[behind] in BARE_LABELS else behind


_WORDS_BETWEEN = frozenset({"and", "or", "is", "in", "like", "ilike", "between", "similar", "collate", "at"})


def _is_label(s: Symbols, begin: int, at: int) -> bool:
    """Whether a word that is an operator elsewhere is the name of an output column: `SELECT a and FROM t`."""
    if at <= begin or s[at] not in _WORDS_BETWEEN:
        return False
    try:
        return expressions.expression([*s[begin:at], "", ""], 0) == at - begin
    except Misplaced:
        return False


def _into(s: Symbols, at: int) -> int:
    at = skip(s, at, "local", "global")
    at = skip(s, at, "temp", "temporary", "unlogged")
    return name(s, skip(s, at, "table"))


def _grouping(s: Symbols, at: int) -> int:
    return listed(s, skip(s, at, "all", "distinct"), _group)


def _group(s: Symbols, at: int) -> int:
    if follows(s, at, "(", ")"):
        return at + 2
    if s[at] in ("cube", "rollup") and s[at + 1] == "(":
        return enclosed_list(s, at + 1, expressions.expression)
    if follows(s, at, "grouping", "sets"):
        return enclosed_list(s, at + 2, _group)
    return expressions.expression(s, at)


def _named_window(s: Symbols, at: int) -> int:
    return window(s, expect(s, column(s, at), "as"))


def window(s: Symbols, at: int) -> int:
    """What OVER and WINDOW define, in parentheses."""
    at = expect(s, at, "(")
    if s[at] not in _IN_WINDOW:
        at = column(s, at)
    if s[at] == "partition":
        at = operands.expressions_listed(s, expect(s, at + 1, "by"))
    if s[at] == "order":
        at = ordering(s, at)
    if s[at] in ("range", "rows", "groups"):
        at = _frame(s, at + 1)
    return expect(s, at, ")")


_IN_WINDOW = frozenset({"partition", "order", "range", "rows", "groups", ")"})


def _frame(s: Symbols, at: int) -> int:
    at = _bound(s, expect(s, _bound(s, at + 1), "and")) if s[at] == "between" else _bound(s, at)
    if s[at] == "exclude":
        at += 1
        if follows(s, at, "current", "row") or follows(s, at, "no", "others"):
            return at + 2
        if s[at] not in ("group", "ties"):
            raise Misplaced(at, "CURRENT ROW, GROUP, TIES or NO OTHERS")
        at += 1
    return at


def _bound(s: Symbols, at: int) -> int:
    if follows(s, at, "current", "row"):
        return at + 2
    is_unbounded = s[at] == "unbounded" and s[at + 1] in ("preceding", "following")
    at = at + 1 if is_unbounded else expressions.expression(s, at)
    if s[at] not in ("preceding", "following"):
        raise Misplaced(at, "PRECEDING or FOLLOWING")
    return at + 1


def with_clause(s: Symbols, at: int) -> int:
    """WITH and its queries."""
    return listed(s, skip(s, expect(s, at, "with"), "recursive"), _common)


def _common(s: Symbols, at: int) -> int:
    at = column(s, at)
    if s[at] == "(":
        at = columns(s, at)
    at = expect(s, at, "as")
    at = expect(s, at + 1, "materialized") if s[at] == "not" else skip(s, at, "materialized")
    at = enclosed(s, at, statements.about_rows)
    if s[at] == "search":
        at += 1
        if s[at] not in ("depth", "breadth"):
            raise Misplaced(at, "DEPTH or BREADTH")
        at = column(s, expect(s, listed(s, expect(s, at + 1, "first", "by"), column), "set"))
    if s[at] == "cycle":
        at = column(s, expect(s, listed(s, at + 1, column), "set"))
        if s[at] == "to":
            at = operands.operand(s, expect(s, operands.operand(s, at + 1), "default"))
        at = column(s, expect(s, at, "using"))
    return at
