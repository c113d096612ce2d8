"""Expressions: operators between operands, by their precedence.

`a_expr` and `b_expr` of PostgreSQL's gram.y; the powers are those of
https://www.postgresql.org/docs/18/sql-syntax-lexical.html#SQL-PRECEDENCE
"""

from schemaguard.sql.reading.syntax import operands, queries
from schemaguard.sql.reading.syntax.reading import Misplaced, Symbols, column, expect, follows, label, name, skip
from schemaguard.sql.reading.syntax.types import type_name

_NOT, _IS, _COMPARES, _MATCHES, _ESCAPES, _OPERATOR, _AT, _COLLATES, _SIGN, _CAST = 3, 4, 5, 6, 7, 9, 13, 14, 15, 18
_SYMBOLS = {
    "<": _COMPARES, ">": _COMPARES, "=": _COMPARES, "<=": _COMPARES, ">=": _COMPARES, "<>": _COMPARES,
    "!=": _COMPARES, "OP": _OPERATOR, "operator": _OPERATOR, "+": 10, "-": 10, "*": 11, "/": 11, "%": 11, "^": 12,
    "|": _OPERATOR,
}  # fmt: skip
_RESTRICTED = {**_SYMBOLS, "is": _IS, "::": _CAST}
_POWERS = {
    **_RESTRICTED, "or": 1, "and": 2, "isnull": _IS, "notnull": _IS, "between": _MATCHES, "in": _MATCHES,
    "like": _MATCHES, "ilike": _MATCHES, "similar": _MATCHES, "not": _MATCHES, "at": _AT, "collate": _COLLATES,
}  # fmt: skip
_MATCHING = frozenset({"between", "in", "like", "ilike", "similar"})
_QUANTIFIERS = frozenset({"any", "some", "all"})
_ONCE = frozenset({_IS, _COMPARES, _MATCHES})
"""Powers of operators that can't be chained: `a < b < c` needs parentheses."""
_FORMS = frozenset({"nfc", "nfd", "nfkc", "nfkd"})


def expression(s: Symbols, at: int) -> int:
    """Any expression."""
    return _operated(s, at, 0, _POWERS)


def restricted(s: Symbols, at: int) -> int:
    """An expression of those after which a word may follow: a column's default, what stands behind BETWEEN."""
    return _operated(s, at, 0, _RESTRICTED)


def operator(s: Symbols, at: int) -> int:
    """An operator, OPERATOR(schema.+) among them."""
    if s[at] == "operator":
        at = expect(s, at + 1, "(")
        while s[at + 1] == ".":
            at = column(s, at) + 1
        return expect(s, operator(s, at), ")")
    if s[at] not in _SYMBOLS:
        raise Misplaced(at, "an operator")
    return at + 1


def continued(s: Symbols, at: int) -> int:
    """What follows the first operand of an expression."""
    return _rest(s, at, 0, _POWERS)


def _operated(s: Symbols, at: int, lowest: int, powers: dict[str, int]) -> int:
    return _rest(s, _prefixed(s, at, powers), lowest, powers)


def _rest(s: Symbols, at: int, lowest: int, powers: dict[str, int]) -> int:
    while True:
        power = powers.get(s[at])
        if power is None or power < lowest:
            return at
        behind = _applied(s, at, power, powers)
        if behind == at:
            return at
        # Behind an operand on the right, an operator of the same power would have to be chained.
        if power in _ONCE and powers.get(s[behind]) == power and _takes_right(s, at) and _is_infix(s, behind):
            raise Misplaced(behind, "an operator that can be chained")
        at = behind


def _takes_right(s: Symbols, at: int) -> bool:
    """Whether the operator has an operand on its right that isn't in parentheses."""
    if s[at] == "not":
        at += 1
    if s[at] == "is":
        return s[at + 1] == "distinct" or follows(s, at + 1, "not", "distinct")
    if s[at] in ("in", "isnull", "notnull"):
        return False
    return s[at + 1] not in _QUANTIFIERS


def _is_infix(s: Symbols, at: int) -> bool:
    """Whether the word there is an operator, rather than what follows the expression."""
    return s[at] != "not" or s[at + 1] in _MATCHING


def _prefixed(s: Symbols, at: int, powers: dict[str, int]) -> int:
    first = s[at]
    if first in ("+", "-"):
        return _operated(s, at + 1, _SIGN, powers)
    if first == "OP" or (first == "operator" and s[at + 1] == "(" and _is_operator(s, at)):
        return _operated(s, operator(s, at), _OPERATOR + 1, powers)
    if powers is _POWERS:
        if first == "not":
            return _operated(s, at + 1, _NOT, powers)
        if first == "default":
            return at + 1
        if first == "unique":
            at += 1
            if s[at] == "nulls":
                at = expect(s, skip(s, at + 1, "not"), "distinct")
            return queries.in_parentheses(s, at)
    return operands.operand(s, at)


def _is_operator(s: Symbols, at: int) -> bool:
    try:
        operator(s, at)
    except Misplaced:
        return False
    return True


def _applied(s: Symbols, at: int, power: int, powers: dict[str, int]) -> int:
    """Behind the operator and its operand on the right; where it was if what stands there is no operator."""
    word = s[at]
    if word in _SYMBOLS:
        return _right(s, operator(s, at), power, powers)
    if word == "::":
        return type_name(s, at + 1)
    if word in ("and", "or"):
        return _operated(s, at + 1, power + 1, powers)
    if word == "is":
        return _is(s, at + 1, powers)
    if word == "not":
        return _matched(s, at + 1) if s[at + 1] in _MATCHING else at
    if word in _MATCHING:
        return _matched(s, at) if word != "similar" or s[at + 1] == "to" else at
    if word == "collate":
        return name(s, at + 1)
    if word == "at":
        return _at(s, at)
    return at + 1  # ISNULL, NOTNULL


def _right(s: Symbols, at: int, power: int, powers: dict[str, int]) -> int:
    if s[at] in _QUANTIFIERS and powers is _POWERS:
        return operands.one_in_parentheses(s, at + 1)
    return _operated(s, at, power + 1, powers)


def _is(s: Symbols, at: int, powers: dict[str, int]) -> int:
    at = skip(s, at, "not")
    word = s[at]
    if word == "distinct":
        return _operated(s, expect(s, at + 1, "from"), _IS + 1, powers)
    if word == "document":
        return at + 1
    if powers is _POWERS:
        if word in ("null", "true", "false", "unknown", "normalized"):
            return at + 1
        if word in _FORMS:
            return expect(s, at + 1, "normalized")
        if word == "json":
            return _json(s, at + 1)
    raise Misplaced(at, "NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM")


def _json(s: Symbols, at: int) -> int:
    at = skip(s, at, "value", "array", "object", "scalar")
    if s[at] in ("with", "without") and s[at + 1] == "unique":
        at = skip(s, at + 2, "keys")
    return at


def _matched(s: Symbols, at: int) -> int:
    word = s[at]
    if word == "in":
        return operands.members(s, at + 1)
    if word == "between":
        at = restricted(s, skip(s, at + 1, "symmetric", "asymmetric"))
        return _operated(s, expect(s, at, "and"), _MATCHES + 1, _POWERS)
    if word == "similar":
        at = expect(s, at + 1, "to") - 1
    at = _right(s, at + 1, _ESCAPES - 1, _POWERS)
    if s[at] == "escape":
        at = _operated(s, at + 1, _MATCHES + 1, _POWERS)
    return at


def _at(s: Symbols, at: int) -> int:
    if s[at + 1] == "local":
        return at + 2
    if follows(s, at + 1, "time", "zone"):
        return _operated(s, at + 3, _AT + 1, _POWERS)
    return at


def argument(s: Symbols, at: int) -> int:
    """An argument of a call, named or not."""
    if s[at + 1] in (":=", "=>"):
        at = label(s, at) + 1
    return expression(s, at)


def any_operator(s: Symbols, at: int) -> int:
    """An operator, perhaps with its schema in front."""
    while s[at + 1] == ".":
        at = column(s, at) + 1
    return operator(s, at)
