"""Comprehensions and generator expressions; over something unknown they have one item that isn't known."""

import ast
from collections.abc import Callable, Iterator

from schemaguard.evaluation.data_model.subscripts import keyed, set_key
from schemaguard.evaluation.effects import rows
from schemaguard.evaluation.language.assignment import bind
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Instance, Loaded, MadeOfUnknown, Unknown, Value
from schemaguard.evaluation.values.scope import Scope

_UNKNOWN_ITEM = Unknown("how many items there are isn't known")


def listed(interpreter: Interpreter, node: ast.ListComp, scope: Scope) -> Value:
    """`[… for … in …]`."""
    return _collected(interpreter, node.elt, node.generators, scope)


def as_set(interpreter: Interpreter, node: ast.SetComp, scope: Scope) -> Value:
    """`{… for … in …}`."""
    found = _collected(interpreter, node.elt, node.generators, scope)
    return keyed(interpreter, lambda: set(found), *found)


def generated(interpreter: Interpreter, node: ast.GeneratorExp, scope: Scope) -> Value:
    """`(… for … in …)`, evaluated at once."""
    return iter(_collected(interpreter, node.elt, node.generators, scope))


def as_dict(interpreter: Interpreter, node: ast.DictComp, scope: Scope) -> Value:
    """`{…: … for … in …}`."""
    found: dict[Value, Value] = {}

    def add(inner: Scope, is_certain: bool) -> None:
        key = interpreter.evaluate(node.key, inner)
        value = interpreter.evaluate(node.value, inner)
        interpreter.budget.sized(len(found) + 1)
        set_key(interpreter, found, key if is_certain else _UNKNOWN_ITEM, value)

    _start(interpreter, node.generators, scope, add)
    return found


def _collected(
    interpreter: Interpreter, element: ast.expr, generators: list[ast.comprehension], scope: Scope
) -> list[Value]:
    found: list[Value] = []

    def add(inner: Scope, is_certain: bool) -> None:
        value = interpreter.evaluate(element, inner)
        found.append(value if is_certain or isinstance(value, Loaded) else _of_many(value))
        interpreter.budget.sized(len(found))

    _start(interpreter, generators, scope, add)
    return found


def _of_many(value: Value) -> Unknown:
    """What is known of the items, where it isn't known how many there are: of objects of the project, what each is."""
    return MadeOfUnknown(_UNKNOWN_ITEM.reason, one=value) if isinstance(value, Instance) else _UNKNOWN_ITEM


_Act = Callable[[Scope, bool], None]


def _start(interpreter: Interpreter, generators: list[ast.comprehension], scope: Scope, act: _Act) -> None:
    """Go over the items; what the first part goes over is looked up outside of the comprehension."""
    inner = Scope(scope.module, scope.around, owner=scope.owner, is_journaled=False)
    inner.on_yield = scope.on_yield
    source = interpreter.evaluate(generators[0].iter, scope)
    _over(interpreter, source, generators, inner, act, is_certain=True)


def _over(
    interpreter: Interpreter,
    source: Value,
    generators: list[ast.comprehension],
    scope: Scope,
    act: _Act,
    *,
    is_certain: bool,
) -> None:
    first, rest = generators[0], generators[1:]
    values = interpreter.iterate(source)
    if values is None:
        item = rows.item_of(interpreter, source)
        values, is_certain = (item if item is not NOTHING else _UNKNOWN_ITEM,), False
    for value in interpreter.budget.items(values):
        bind(interpreter, first.target, value, scope)
        kept = _kept(interpreter, first.ifs, scope)
        if kept is False:
            continue
        certain = is_certain and kept is True
        if not rest:
            act(scope, certain)
            continue
        inner = interpreter.evaluate(rest[0].iter, scope)
        _over(interpreter, inner, rest, scope, act, is_certain=certain)


def _kept(interpreter: Interpreter, conditions: list[ast.expr], scope: Scope) -> bool | None:
    results: Iterator[bool | None] = (interpreter.truth(interpreter.evaluate(one, scope)) for one in conditions)
    is_known = True
    for result in results:
        if result is False:
            return False
        is_known &= result is True
    return True if is_known else None
