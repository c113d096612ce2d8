"""Operators and comparisons."""

import ast
import operator
from collections.abc import Callable
from typing import Any

from schemaguard.evaluation.data_model.formatting import percent
from schemaguard.evaluation.host import objects
from schemaguard.evaluation.machine.heap import same
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import NOTHING, Class, Instance, Modelled, Raised, Unknown, Value
from schemaguard.evaluation.values.scope import Scope

_BINARY: dict[Any, Callable[[Value, Value], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
_METHODS: dict[Any, str] = {
    ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__", ast.BitOr: "__or__", ast.BitAnd: "__and__",
    ast.Mod: "__mod__", ast.Div: "__truediv__",
}  # fmt: skip
_COMPARED: dict[Any, Callable[[Value, Value], Value]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_COMPARISONS: dict[Any, str] = {ast.Eq: "__eq__", ast.Lt: "__lt__"}
_UNARY: dict[Any, Callable[[Value], Value]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}
_NUMBERS = (int, float, complex)
_SEQUENCES = (str, bytes, list, tuple)
_BUILT_IN = (*_NUMBERS, *_SEQUENCES, dict, set, frozenset, range, type(None))
_LARGEST_EXPONENT = 512


def binary(interpreter: Interpreter, node: ast.BinOp, scope: Scope) -> Value:
    """`a + b` and the like."""
    left = interpreter.evaluate(node.left, scope)
    return apply(interpreter, type(node.op), left, interpreter.evaluate(node.right, scope))


def apply(interpreter: Interpreter, kind: type, left: Value, right: Value) -> Value:
    """What an operator gives; Raised where Python would refuse."""
    if kind is ast.Mod and isinstance(left, str):
        return percent(interpreter, left, right)
    if kind is ast.Add and (isinstance(left, str) or isinstance(right, str)) and _is_text_like(left, right):
        text = _text(interpreter, left) + _text(interpreter, right)
        interpreter.budget.text(len(text))
        return text
    if isinstance(left, Instance):
        method = left.cls.find(_METHODS.get(kind, ""))
        return (
            Unknown("the operator isn't modelled") if method is NOTHING else interpreter.call_with(method, left, right)
        )
    if isinstance(left, Modelled):
        method = left.find(interpreter, _METHODS.get(kind, ""))
        return Unknown("the operator isn't modelled") if method is NOTHING else interpreter.call_with(method, right)
    if objects.is_construct(left) or objects.is_construct(right):
        return objects.operate(interpreter, _BINARY.get(kind), left, right)
    for value in (left, right):
        if isinstance(value, Unknown):
            return Unknown(value.reason)
    if kind is ast.BitOr and (isinstance(left, type | Class) or isinstance(right, type | Class)):
        return (left, right)  # `int | str`, as isinstance() takes it
    if not isinstance(left, _BUILT_IN) or not isinstance(right, _BUILT_IN):
        return objects.operate_plain(_BINARY.get(kind), left, right)
    function = _BINARY.get(kind)
    if function is None:
        return Unknown("the operator isn't modelled")
    _bound(interpreter, kind, left, right)
    try:
        return function(left, right)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise Raised(error) from error


def _is_text_like(left: Value, right: Value) -> bool:
    return all(isinstance(value, str | Unknown) for value in (left, right))


def _text(interpreter: Interpreter, value: Value) -> str:
    return interpreter.holes.text(value) if isinstance(value, Unknown) else str(value)


def _bound(interpreter: Interpreter, kind: type, left: Value, right: Value) -> None:
    """Refuse what would be too large before it is made."""
    budget = interpreter.budget
    if isinstance(left, _SEQUENCES) or isinstance(right, _SEQUENCES):
        if kind is ast.Mult:
            sequence, count = (left, right) if isinstance(left, _SEQUENCES) else (right, left)
            if isinstance(count, int):
                length = len(sequence) * max(count, 0)
                (budget.text if isinstance(sequence, str | bytes) else budget.sized)(length)
        elif kind is ast.Add and isinstance(left, _SEQUENCES) and isinstance(right, _SEQUENCES):
            length = len(left) + len(right)
            (budget.text if isinstance(left, str | bytes) else budget.sized)(length)
    elif isinstance(left, int) and isinstance(right, int):
        if kind is ast.Pow:
            budget.number(left.bit_length() * max(right, 0) if right <= _LARGEST_EXPONENT else 1 << 62)
        elif kind is ast.LShift:
            budget.number(left.bit_length() + max(right, 0))
        elif kind is ast.Mult:
            budget.number(left.bit_length() + right.bit_length())


def unary(interpreter: Interpreter, node: ast.UnaryOp, scope: Scope) -> Value:
    """`not a`, `-a`, `~a`."""
    value = interpreter.evaluate(node.operand, scope)
    if isinstance(node.op, ast.Not):
        known = interpreter.truth(value)
        if known is not None:
            return not known
        if not objects.is_construct(value):
            return value if isinstance(value, Unknown) else Unknown("a condition isn't known")
    if isinstance(value, Unknown):
        return value
    function = _UNARY.get(type(node.op))
    if objects.is_construct(value):
        return objects.operate_one(interpreter, function, value)
    if function is None or not isinstance(value, _NUMBERS):
        return Unknown("the operator isn't modelled")
    try:
        return function(value)
    except TypeError as error:
        raise Raised(error) from error


def compare(interpreter: Interpreter, node: ast.Compare, scope: Scope) -> Value:
    """`a < b < c`, `in`, `is`."""
    left = interpreter.evaluate(node.left, scope)
    result: Value = True
    for kind, operand in zip(node.ops, node.comparators, strict=True):
        right = interpreter.evaluate(operand, scope)
        result = compare_values(interpreter, kind, left, right)
        if interpreter.truth(result) is not True:
            return result
        left = right
    return result


def compare_values(interpreter: Interpreter, kind: ast.cmpop, left: Value, right: Value) -> Value:
    """What one comparison gives: a truth value, a construct of SQLAlchemy's, or Unknown."""
    match kind:
        case ast.Is() | ast.IsNot():
            known = _is(left, right)
            return known if isinstance(known, Unknown) else known is isinstance(kind, ast.Is)
        case ast.In() | ast.NotIn():
            known = contains(interpreter, right, left)
            return known if isinstance(known, Unknown) else known is isinstance(kind, ast.In)
        case _:
            return _ordered(interpreter, type(kind), left, right)


def _is(left: Value, right: Value) -> Value:
    for value in (left, right):
        if isinstance(value, Unknown):
            return Unknown(value.reason)
    if isinstance(left, Class) and left.made is not None:
        left = left.made
    return left is right or (isinstance(left, _NUMBERS) and type(left) is type(right) and left == right)


def contains(interpreter: Interpreter, container: Value, value: Value) -> Value:
    """`value in container`."""
    if isinstance(container, Unknown):
        return Unknown(container.reason)
    if isinstance(container, str):
        if isinstance(value, Unknown) or has_hole(value) or has_hole(container):
            return Unknown("a text isn't known")
        if not isinstance(value, str):
            raise Raised(TypeError("'in <string>' requires string as left operand"))
        return value in container
    if isinstance(value, str) and objects.is_collection(container):
        return value in container
    values = interpreter.iterate(container)
    if values is None:
        return Unknown("what is in there isn't known")
    items = list(interpreter.budget.items(values))
    if isinstance(value, Unknown) or has_hole(value):
        return Unknown("what is looked for isn't known") if items else False
    if any(same(value, one) or _equal(interpreter, value, one) is True for one in items):
        return True
    unsure = next((one for one in items if isinstance(one, Unknown) or has_hole(one)), None)
    return False if unsure is None else Unknown("what is in there isn't known")


def _equal(interpreter: Interpreter, left: Value, right: Value) -> Value:
    return _ordered(interpreter, ast.Eq, left, right)


def _ordered(interpreter: Interpreter, kind: type, left: Value, right: Value) -> Value:
    if objects.is_construct(left) or objects.is_construct(right):
        return objects.operate(interpreter, _COMPARED.get(kind), left, right)
    for value in (left, right):
        if isinstance(value, Unknown):
            return Unknown(value.reason)
        if has_hole(value):
            return Unknown("a text isn't known")
    if isinstance(left, Instance):
        method = left.cls.find(_COMPARISONS.get(kind, ""))
        if method is not NOTHING:
            return interpreter.call_with(method, left, right)
    if isinstance(left, list | tuple | dict | set) and _is_unsure(left, right):
        return Unknown("not all that is compared is known")
    function = _COMPARED.get(kind)
    if function is None:
        return Unknown("the comparison isn't modelled")
    if isinstance(left, list | tuple | dict | set | frozenset | str):
        interpreter.budget.spend(interpreter.extents.check(left, right)[0] // 8)
    try:
        return bool(function(left, right))
    except (TypeError, ValueError, RecursionError) as error:
        raise Raised(TypeError(str(error))) from error


def _is_unsure(left: Value, right: Value) -> bool:
    inside = (*left, *right) if isinstance(right, list | tuple | dict | set) else tuple(left)
    held = [value for one in (left, right) if isinstance(one, dict) for value in one.values()]
    return any(isinstance(one, Unknown) or has_hole(one) for one in (*inside, *held))
