"""What stands between operators: literals, columns, calls, rows, subqueries. `c_expr` of PostgreSQL's gram.y."""

from schemaguard.sql.reading.syntax import expressions, queries, special
from schemaguard.sql.reading.syntax.lexicon import COLUMNS, FUNCTIONS, LABELS
from schemaguard.sql.reading.syntax.reading import Misplaced, Symbols, column, enclosed, expect, follows, listed
from schemaguard.sql.reading.syntax.types import built_in, fields, is_constant

_OPENING = frozenset({"(", "."})
_OPENING_BRACKETS, _CLOSING_BRACKETS = frozenset("(["), frozenset(")]")


def operand(s: Symbols, at: int) -> int:
    """One operand with its subscripts and fields."""
    word = s[at]
    if word in ("'", "0"):
        return at + 1
    if word == "$":
        return indirection(s, at + 1)
    if word == "(":
        return _parenthesized(s, at)
    if word == '"' and s[at + 1] not in _OPENING:
        return at + 2 if s[at + 1] == "'" else _subscripts(s, at + 1)
    own = special.RULES.get(word)
    if own is not None and (s[at + 1] == "(" or word in special.ALONE):
        return own(s, at)
    if is_constant(s, at) and (constant := _constant(s, at)):
        return constant
    return _named(s, at)


def _named(s: Symbols, at: int) -> int:
    """A column, or a call of a function, or a literal behind the name of its type."""
    first = s[at]
    if first not in COLUMNS and not (first in FUNCTIONS and s[at + 1] in ("(", "'")):
        raise Misplaced(at, "an expression")
    begin, at = at, at + 1
    while s[at] == ".":
        if s[at + 1] == "*":
            return at + 2
        if s[at + 1] not in LABELS:
            raise Misplaced(at + 1, "a name")
        at += 2
    if s[at] == "(" and (at > begin + 1 or first in FUNCTIONS):
        return _call(s, at)
    if s[at] == "'" and (at > begin + 1 or first in FUNCTIONS):
        return at + 1
    return _subscripts(s, at)


def _constant(s: Symbols, at: int) -> int:
    """A literal behind its built-in type; 0 where the word is a column's name."""
    is_interval = s[at] == "interval"
    try:
        if is_interval and s[at + 1] == "'":
            return fields(s, at + 2)
        behind = at + 2 if s[at] == "double" else built_in(s, at)
    except Misplaced:
        return 0
    return behind + 1 if s[behind] == "'" else 0


def _subscripts(s: Symbols, at: int) -> int:
    return indirection(s, at) if s[at] == "[" else at


def indirection(s: Symbols, at: int) -> int:
    """Fields and subscripts, none among them."""
    while True:
        if s[at] == ".":
            if s[at + 1] == "*":
                return at + 2
            if s[at + 1] not in LABELS:
                raise Misplaced(at + 1, "a name")
            at += 2
        elif s[at] == "[":
            at += 1
            if s[at] != ":":
                at = expressions.expression(s, at)
            if s[at] == ":":
                at += 1
                if s[at] != "]":
                    at = expressions.expression(s, at)
            at = expect(s, at, "]")
        else:
            return at


def targeted(s: Symbols, at: int) -> int:
    """A column that is assigned, with subscripts and fields."""
    return indirection(s, column(s, at))


def call(s: Symbols, at: int) -> int:
    """A call of a function in FROM: without OVER."""
    word = s[at]
    own = special.RULES.get(word)
    if own is not None and (s[at + 1] == "(" or word in special.ALONE):
        return own(s, at)
    begin = at
    at += 1
    while s[at] == ".":
        if s[at + 1] not in LABELS:
            raise Misplaced(at + 1, "a name")
        at += 2
    if word not in FUNCTIONS and (at == begin + 1 or word not in COLUMNS):
        raise Misplaced(begin, "a function")
    return arguments(s, at)


def _call(s: Symbols, at: int) -> int:
    begin, at = at, arguments(s, at)
    if s[at] == "'":
        return at + 1
    if s[at] == "within" and s[at + 1] == "group" and _is_ordered(s, begin, at):
        raise Misplaced(at, "no second ORDER BY, DISTINCT or VARIADIC")
    return windowed(s, at)


def _is_ordered(s: Symbols, begin: int, end: int) -> bool:
    """Whether the arguments have an order, or what WITHIN GROUP can't follow: `func_expr` of gram.y."""
    if s[begin + 1] == "distinct":
        return True
    depth = 0
    for word in s[begin:end]:
        depth += (word in _OPENING_BRACKETS) - (word in _CLOSING_BRACKETS)
        if depth == 1 and word in ("order", "variadic"):
            return True
    return False


def windowed(s: Symbols, at: int) -> int:
    """WITHIN GROUP, FILTER and OVER behind a call."""
    if s[at] == "within" and s[at + 1] == "group":
        at = enclosed(s, at + 2, queries.ordering)
    if s[at] == "filter" and s[at + 1] == "(":
        at = expect(s, expressions.expression(s, expect(s, at + 2, "where")), ")")
    if s[at] == "over":
        at = queries.window(s, at + 1) if s[at + 1] == "(" else column(s, at + 1)
    return at


def arguments(s: Symbols, at: int) -> int:
    """The arguments of a call, in their parentheses."""
    at = expect(s, at, "(")
    if s[at] == ")":
        return at + 1
    if s[at] == "*" and s[at + 1] == ")":
        return at + 2
    if s[at] in ("all", "distinct"):
        at += 1
    while True:
        is_last = s[at] == "variadic"
        at = expressions.argument(s, at + 1 if is_last else at)
        if is_last or s[at] != ",":
            break
        at += 1
    if s[at] == "order":
        at = queries.ordering(s, at)
    return expect(s, at, ")")


def expressions_listed(s: Symbols, at: int) -> int:
    """Expressions, separated by commas."""
    return listed(s, at, expressions.expression)


def members(s: Symbols, at: int) -> int:
    """What stands behind IN: a query or expressions, in parentheses."""
    behind, _, _ = _group(s, at)
    return behind


def one_in_parentheses(s: Symbols, at: int) -> int:
    """A query or an expression in parentheses."""
    behind, many, _ = _group(s, at)
    if many:
        raise Misplaced(behind - 1, "one expression")
    return behind


def _parenthesized(s: Symbols, at: int) -> int:
    behind, is_row, _ = _group(s, at)
    return _behind_group(s, behind, is_row)


def _behind_group(s: Symbols, at: int, is_row: bool) -> int:
    if not is_row:
        return indirection(s, at)
    return row(s, at + 1) if s[at] == "overlaps" else at


def row(s: Symbols, at: int) -> int:
    """A row of several values."""
    return special.explicit_row(s, at) if s[at] == "row" else members(s, at)


def _group(s: Symbols, at: int) -> tuple[int, bool, bool]:
    """Behind the parentheses, whether they hold several expressions, and whether they hold a query."""
    inside = expect(s, at, "(")
    if s[inside] in queries.STARTS and not (s[inside] == "values" and s[inside + 1] != "("):
        return expect(s, queries.query(s, inside), ")"), False, True
    if s[inside] != "(":
        return _expressions(s, expressions.expression(s, inside))
    behind, is_row, is_query = _group(s, inside)
    if is_query:
        if s[behind] in queries.CONTINUES:
            behind = queries.rest(s, behind)
        if s[behind] == ")":
            return behind + 1, False, True
    # What was read already is the first operand, so that no depth of parentheses is read twice.
    return _expressions(s, expressions.continued(s, _behind_group(s, behind, is_row)))


def _expressions(s: Symbols, at: int) -> tuple[int, bool, bool]:
    is_row = s[at] == ","
    if is_row:
        at = expressions_listed(s, at + 1)
    return expect(s, at, ")"), is_row, False


def array(s: Symbols, at: int) -> int:
    """ARRAY[…] or ARRAY(query), behind its word."""
    if s[at] == "(":
        return queries.in_parentheses(s, at)
    return _elements(s, at)


def _elements(s: Symbols, at: int) -> int:
    at = expect(s, at, "[")
    if s[at] == "]":
        return at + 1
    return expect(s, listed(s, at, _elements if s[at] == "[" else expressions.expression), "]")


def is_call(s: Symbols, at: int) -> bool:
    """Whether a name with parentheses behind it comes next."""
    if s[at] not in LABELS:
        return False
    at += 1
    while s[at] == "." and s[at + 1] in LABELS:
        at += 2
    return s[at] == "("


def collation_for(s: Symbols, at: int) -> int:
    """COLLATION FOR (expression)."""
    if not follows(s, at, "collation", "for"):
        return _named(s, at)
    return enclosed(s, at + 2, expressions.expression)
