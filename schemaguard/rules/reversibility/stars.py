"""SELECT * as the list of what a query gives."""

from schemaguard.sql.reading.tokens import tokenize

_BEFORE = frozenset({"select", ",", ".", "distinct", "all"})
_AFTER = frozenset({",", "from", "where", "union", "order", "limit", ";", "into"})


def takes_all(sql: str) -> bool:
    """Whether a query outside of parentheses gives `*` or `t.*`; `count(*)` and `a * b` are neither."""
    if "*" not in sql:
        return False
    tokens, _ = tokenize(sql)
    depth, chooses = 0, False
    for at, token in enumerate(tokens):
        depth += (token.key == "(") - (token.key == ")")
        if depth == 0 and token.key in ("select", "from"):
            chooses = token.key == "select"
        is_star = token.key == "*" and depth == 0 and chooses and at > 0 and tokens[at - 1].key in _BEFORE
        if is_star and (at + 1 == len(tokens) or tokens[at + 1].key in _AFTER):
            return True
    return False
