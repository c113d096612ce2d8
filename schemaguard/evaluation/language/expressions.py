"""Expressions."""

import ast
from collections.abc import Mapping

from schemaguard.evaluation.data_model import formatting, operators, subscripts
from schemaguard.evaluation.language import branches, calls, comprehensions, said
from schemaguard.evaluation.language.assignment import set_name
from schemaguard.evaluation.language.functions import define_lambda, give, give_from
from schemaguard.evaluation.machine.interpreter import Evaluate, Interpreter
from schemaguard.evaluation.values.objects import Raised, Unknown, Value
from schemaguard.evaluation.values.scope import Scope


def _constant(interpreter: Interpreter, node: ast.Constant, _: Scope) -> Value:
    if isinstance(node.value, str):
        interpreter.budget.text(len(node.value))
    return node.value


def _name(interpreter: Interpreter, node: ast.Name, scope: Scope) -> Value:
    try:
        return said.of_name(interpreter, node, scope, interpreter.name(node.id, scope))
    except Raised as raised:
        return missing(interpreter, raised)


def _attribute(interpreter: Interpreter, node: ast.Attribute, scope: Scope) -> Value:
    value = interpreter.evaluate(node.value, scope)
    try:
        return said.of_attribute(interpreter, node, value, interpreter.attribute(value, node.attr))
    except Raised as raised:
        return missing(interpreter, raised)


def _item(interpreter: Interpreter, node: ast.Subscript, scope: Scope) -> Value:
    container = interpreter.evaluate(node.value, scope)
    try:
        found = subscripts.get_item(interpreter, container, subscripts.evaluate_key(interpreter, node.slice, scope))
        return said.of_item(interpreter, node, container, found)
    except Raised as raised:
        return missing(interpreter, raised)


def missing(interpreter: Interpreter, raised: Raised) -> Unknown:
    """What isn't there, outside of a `try`: code that is in use finds it, so it came about in a way that isn't seen."""
    if interpreter.trying:
        raise raised
    return Unknown(raised.message)


def items(interpreter: Interpreter, nodes: list[ast.expr], scope: Scope) -> list[Value]:
    """The values of a display, with starred parts taken apart."""
    found: list[Value] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            values = interpreter.iterate(interpreter.evaluate(node.value, scope))
            found.extend(
                [Unknown("what is starred isn't known")] if values is None else interpreter.budget.listed(values)
            )
        else:
            found.append(interpreter.evaluate(node, scope))
    interpreter.budget.sized(len(found))
    return found


def _list(interpreter: Interpreter, node: ast.List, scope: Scope) -> Value:
    return items(interpreter, node.elts, scope)


def _tuple(interpreter: Interpreter, node: ast.Tuple, scope: Scope) -> Value:
    return tuple(items(interpreter, node.elts, scope))


def _set(interpreter: Interpreter, node: ast.Set, scope: Scope) -> Value:
    found = items(interpreter, node.elts, scope)
    return subscripts.keyed(interpreter, lambda: set(found), *found)


def _dict(interpreter: Interpreter, node: ast.Dict, scope: Scope) -> Value:
    found: dict[Value, Value] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        held = interpreter.evaluate(value, scope)
        if key is not None:
            name = interpreter.evaluate(key, scope)
            subscripts.set_key(interpreter, found, name, held)
        elif isinstance(held, dict):
            found.update(held)
        else:
            found[Unknown("a key isn't known")] = Unknown("what is starred isn't known")
    interpreter.budget.sized(len(found))
    return found


def _walrus(interpreter: Interpreter, node: ast.NamedExpr, scope: Scope) -> Value:
    value = interpreter.evaluate(node.value, scope)
    home = scope
    while home.parent is not None and home.function is None:
        home = home.parent
    set_name(interpreter, node.target.id, value, home)
    return value


def _await(interpreter: Interpreter, node: ast.Await, scope: Scope) -> Value:
    # A coroutine of the project was evaluated when it was called.
    return interpreter.evaluate(node.value, scope)


EXPRESSIONS: Mapping[type, Evaluate] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _item,
    ast.Call: calls.call,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.JoinedStr: formatting.joined,
    ast.FormattedValue: formatting.formatted,
    ast.BinOp: operators.binary,
    ast.UnaryOp: operators.unary,
    ast.Compare: operators.compare,
    ast.BoolOp: branches.combine,
    ast.IfExp: branches.choose,
    ast.Lambda: define_lambda,
    ast.ListComp: comprehensions.listed,
    ast.SetComp: comprehensions.as_set,
    ast.DictComp: comprehensions.as_dict,
    ast.GeneratorExp: comprehensions.generated,
    ast.NamedExpr: _walrus,
    ast.Await: _await,
    ast.Yield: give,
    ast.YieldFrom: give_from,
}
