"""Statements about rows as a whole: queries, INSERT, UPDATE, DELETE, MERGE, COPY."""

from schemaguard.sql.reading.syntax import expressions, operands, queries, relations
from schemaguard.sql.reading.syntax.lexicon import COLUMNS
from schemaguard.sql.reading.syntax.reading import (
    Misplaced,
    Symbols,
    column,
    enclosed_list,
    expect,
    follows,
    listed,
    name,
    skip,
)


def about_rows(s: Symbols, at: int) -> int:
    """Any statement about rows with its WITH: `PreparableStmt`."""
    if s[at] == "with":
        at = queries.with_clause(s, at)
    rule = {"insert": _insert, "update": _update, "delete": _delete, "merge": _merge}.get(s[at])
    return queries.body(s, at) if rule is None else rule(s, at + 1)


def _insert(s: Symbols, at: int) -> int:
    at = name(s, expect(s, at, "into"))
    if s[at] == "as":
        at = column(s, at + 1)
    if follows(s, at, "default", "values"):
        at += 2
    else:
        if s[at] == "(" and not _opens_query(s, at + 1):
            at = enclosed_list(s, at, operands.targeted)
        if s[at] == "overriding":
            at = _overriding(s, at + 1)
        at = queries.query(s, at)
    if s[at] == "on":
        at = _on_conflict(s, expect(s, at + 1, "conflict"))
    return _returning(s, at)


def _opens_query(s: Symbols, at: int) -> bool:
    while s[at] == "(":
        at += 1
    return s[at] in queries.STARTS and s[at + 1] not in (",", ")")


def _overriding(s: Symbols, at: int) -> int:
    if s[at] not in ("user", "system"):
        raise Misplaced(at, "USER or SYSTEM")
    return expect(s, at + 1, "value")


def _on_conflict(s: Symbols, at: int) -> int:
    if s[at] == "(":
        at = enclosed_list(s, at, index_element)
        if s[at] == "where":
            at = expressions.expression(s, at + 1)
    elif follows(s, at, "on", "constraint"):
        at = column(s, at + 2)
    at = expect(s, at, "do")
    if s[at] == "nothing":
        return at + 1
    return _where(s, _assignments(s, expect(s, at, "update")))


def index_element(s: Symbols, at: int) -> int:
    """A column or an expression that an index is on, or that ON CONFLICT names."""
    if s[at] == "(":
        at = expect(s, expressions.expression(s, at + 1), ")")
    elif operands.is_call(s, at) and s[at + 1] in ("(", "."):
        at = operands.call(s, at)
    else:
        at = column(s, at)
    if s[at] == "collate":
        at = name(s, at + 1)
    if s[at] in COLUMNS and s[at] not in ("nulls", "include"):
        at = name(s, at)
        if s[at] == "(":
            at = enclosed_list(s, at, option)
    at = skip(s, at, "asc", "desc")
    if s[at] == "nulls":
        if s[at + 1] not in ("first", "last"):
            raise Misplaced(at + 1, "FIRST or LAST")
        at += 2
    return at


def option(s: Symbols, at: int) -> int:
    """A storage parameter: its name, perhaps qualified, and perhaps a value."""
    at = _label(s, at)
    if s[at] == ".":
        at = _label(s, at + 1)
    if s[at] != "=":
        return at
    at = skip(s, at + 1, "+", "-")
    if s[at] in ("", ")", ","):
        raise Misplaced(at, "a value")
    while s[at] not in ("", ")", ","):
        at = _value(s, at)
    return at


def _value(s: Symbols, at: int) -> int:
    if s[at] != "(":
        return at + 1
    at += 1
    while s[at] not in ("", ")"):
        at = _value(s, at)
    return expect(s, at, ")")


def _label(s: Symbols, at: int) -> int:
    if not s[at] or s[at] in "(),.=;'0":
        raise Misplaced(at, "a name")
    return at + 1


def _target(s: Symbols, at: int) -> int:
    at = relations.relation(s, at)
    if s[at] == "as":
        return column(s, at + 1)
    return at + 1 if s[at] in COLUMNS and s[at] != "set" else at


def _assignments(s: Symbols, at: int) -> int:
    return listed(s, expect(s, at, "set"), _assignment)


def _assignment(s: Symbols, at: int) -> int:
    at = enclosed_list(s, at, operands.targeted) if s[at] == "(" else operands.targeted(s, at)
    return expressions.expression(s, expect(s, at, "="))


def _where(s: Symbols, at: int) -> int:
    if s[at] != "where":
        return at
    if follows(s, at + 1, "current", "of"):
        return at + 4 if s[at + 3] == "$" else column(s, at + 3)
    return expressions.expression(s, at + 1)


def _returning(s: Symbols, at: int) -> int:
    if s[at] != "returning":
        return at
    at += 1
    if follows(s, at, "with", "("):
        at = enclosed_list(s, at + 1, _returned_row)
    return listed(s, at, queries.output)


def _returned_row(s: Symbols, at: int) -> int:
    if s[at] not in ("old", "new"):
        raise Misplaced(at, "OLD or NEW")
    return column(s, expect(s, at + 1, "as"))


def _update(s: Symbols, at: int) -> int:
    at = _assignments(s, _target(s, at))
    if s[at] == "from":
        at = relations.from_list(s, at + 1)
    return _returning(s, _where(s, at))


def _delete(s: Symbols, at: int) -> int:
    at = _target(s, expect(s, at, "from"))
    if s[at] == "using":
        at = relations.from_list(s, at + 1)
    return _returning(s, _where(s, at))


def _merge(s: Symbols, at: int) -> int:
    at = _target(s, expect(s, at, "into"))
    at = relations.joined(s, expect(s, at, "using"))
    at = expressions.expression(s, expect(s, at, "on"))
    if s[at] != "when":
        raise Misplaced(at, "WHEN")
    while s[at] == "when":
        at = _when(s, at + 1)
    return _returning(s, at)


def _when(s: Symbols, at: int) -> int:
    is_missing = s[at] == "not"
    at = expect(s, skip(s, at, "not"), "matched")
    by = ""
    if is_missing and s[at] == "by":
        by = s[at + 1]
        if by not in ("source", "target"):
            raise Misplaced(at + 1, "SOURCE or TARGET")
        at += 2
    if s[at] == "and":
        at = expressions.expression(s, at + 1)
    at = expect(s, at, "then")
    if follows(s, at, "do", "nothing"):
        return at + 2
    if is_missing and by != "source":
        return _merge_insert(s, expect(s, at, "insert"))
    if s[at] == "delete":
        return at + 1
    return _assignments(s, expect(s, at, "update"))


def _merge_insert(s: Symbols, at: int) -> int:
    if follows(s, at, "default", "values"):
        return at + 2
    if s[at] == "(":
        at = enclosed_list(s, at, operands.targeted)
    if s[at] == "overriding":
        at = _overriding(s, at + 1)
    return enclosed_list(s, expect(s, at, "values"), expressions.expression)
