"""Whether a condition that names nothing but literals holds: `1 = 1`, `TRUE`, `NOT FALSE`, or any of them after OR."""

import operator
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation

from schemaguard.sql.reading.tokens import NUMBER, STRING, Token

_Value = Decimal | str | bool
_COMPARED: dict[str, Callable[[_Value, _Value], bool]] = {
    "=": operator.eq, "<>": operator.ne, "!=": operator.ne,
}  # fmt: skip
_ORDERED: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
_OPENS, _CLOSES = ("(", "["), (")", "]")


def truth(tokens: Sequence[Token]) -> bool | None:
    """Whether the condition holds for every row, for none (False), or nobody knows (None)."""
    either = [_all(part) for part in _split(tokens, "or")]
    if True in either:
        return True
    return None if None in either else False


def _all(tokens: Sequence[Token]) -> bool | None:
    each = [_single(part) for part in _split(tokens, "and")]
    if False in each:
        return False
    return None if None in each else True


def _split(tokens: Sequence[Token], word: str) -> list[Sequence[Token]]:
    parts, depth, begin = [], 0, 0
    for at, token in enumerate(tokens):
        depth += (token.key in _OPENS) - (token.key in _CLOSES)
        if depth == 0 and token.key == word:
            parts.append(tokens[begin:at])
            begin = at + 1
    return [*parts, tokens[begin:]]


def _single(tokens: Sequence[Token]) -> bool | None:
    if tokens and tokens[0].key == "not":
        inner = _single(tokens[1:])
        return None if inner is None else not inner
    if _is_enclosed(tokens):
        return truth(tokens[1:-1])
    keys = [token.key for token in tokens]
    if keys[1:] in (["is", "not", "null"], ["is", "null"]):
        return None if _value(tokens[:1]) is None else "not" in keys
    if keys[1:] in (["is", "true"], ["is", "false"]):
        return None if keys[0] not in ("true", "false") else keys[0] == keys[2]
    for at, key in enumerate(keys):
        if key in _COMPARED or key in _ORDERED:
            return _compared(_value(tokens[:at]), key, _value(tokens[at + 1 :]))
    found = _value(tokens)
    return found if isinstance(found, bool) else None


def _is_enclosed(tokens: Sequence[Token]) -> bool:
    if len(tokens) < 2 or tokens[0].key != "(" or tokens[-1].key != ")":
        return False
    depth = 0
    for token in tokens[:-1]:
        depth += (token.key in _OPENS) - (token.key in _CLOSES)
        if depth == 0:
            return False
    return True


def _compared(left: _Value | None, key: str, right: _Value | None) -> bool | None:
    if left is None or right is None or type(left) is not type(right):
        return None
    if key in _COMPARED:
        return _COMPARED[key](left, right)
    # How texts are ordered is a matter of their collation.
    return _ORDERED[key](left, right) if isinstance(left, Decimal) and isinstance(right, Decimal) else None


def _value(tokens: Sequence[Token]) -> _Value | None:
    """What a literal is, with a cast to its own kind or without; None where it is anything else."""
    while _is_enclosed(tokens):
        tokens = tokens[1:-1]
    if len(tokens) == 3 and tokens[1].key == "::" and tokens[2].key in ("bool", "boolean"):
        word = tokens[0].value.lower()
        return {"t": True, "true": True, "1": True, "f": False, "false": False, "0": False}.get(word)
    if len(tokens) != 1:
        return None
    token = tokens[0]
    if token.key in ("true", "false"):
        return token.key == "true"
    if token.kind == STRING:
        return token.value
    if token.kind != NUMBER:
        return None
    try:
        return Decimal(token.value.replace("_", ""))
    except InvalidOperation:
        return None  # 0x1F and the like
