"""`for` and `while`."""

import ast

from schemaguard.evaluation.effects import rows
from schemaguard.evaluation.language.assignment import bind
from schemaguard.evaluation.machine.interpreter import Completion, Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Unknown, Value
from schemaguard.evaluation.values.scope import Scope
from schemaguard.history.deployment import name_in, to_be_said


class _Loop:
    """What holds while one loop goes on: how conditional its iterations are."""

    def __init__(self, interpreter: Interpreter, scope: Scope) -> None:
        self.interpreter, self.scope = interpreter, scope
        self.conditional = interpreter.conditional
        self.returns = len(scope.kept_returns)
        self.outer_may_have_left = scope.may_have_left
        scope.may_have_left = False

    def iteration(self) -> None:
        """Another one starts: what only the last one depended on is over."""
        self.interpreter.conditional = self.conditional + (self.scope.may_have_left or self._may_have_returned())

    def end(self) -> None:
        """The loop is over, and what stands behind it runs unless the function may have returned."""
        self.interpreter.conditional = self.conditional + self._may_have_returned()
        self.scope.may_have_left = self.outer_may_have_left

    def _may_have_returned(self) -> bool:
        return len(self.scope.kept_returns) > self.returns


def loop(interpreter: Interpreter, node: ast.For | ast.AsyncFor, scope: Scope) -> Completion | None:
    """A `for` loop; over something unknown its body runs once, and that may not happen."""
    source = interpreter.evaluate(node.iter, scope)
    values = interpreter.iterate(source)
    if values is None:
        name = source.name or name_in(source.reason) if isinstance(source, Unknown) else None
        return _maybe_once(interpreter, node, scope, source, name)
    going = _Loop(interpreter, scope)
    try:
        for value in interpreter.budget.items(values):
            going.iteration()
            bind(interpreter, node.target, value, scope)
            completion = interpreter.execute(node.body, scope)
            if completion is not None and completion.kind == "return":
                return completion
            if completion is not None and completion.kind == "break":
                return None
    finally:
        going.end()
    return interpreter.execute(node.orelse, scope)


def loop_while(interpreter: Interpreter, node: ast.While, scope: Scope) -> Completion | None:
    """A `while` loop; it ends where it may have ended, for what comes then would be the same again."""
    going = _Loop(interpreter, scope)
    try:
        while True:
            interpreter.budget.spend()
            going.iteration()
            known = interpreter.truth(interpreter.evaluate(node.test, scope))
            if known is False:
                break
            if known is None:
                return _maybe_once(interpreter, node, scope)
            completion = interpreter.execute(node.body, scope)
            if completion is not None and completion.kind == "return":
                return completion
            if completion is not None and completion.kind == "break":
                return None
            if scope.may_have_left or len(scope.kept_returns) > going.returns:
                return None
    finally:
        going.end()
    return interpreter.execute(node.orelse, scope)


def _maybe_once(
    interpreter: Interpreter,
    node: ast.For | ast.AsyncFor | ast.While,
    scope: Scope,
    over: Value = None,
    name: str | None = None,
) -> Completion | None:
    """The body once, or not at all; `name` is that of an assumption which would say what is gone over."""
    source = node.test if isinstance(node, ast.While) else node.iter
    why = f"it depends on `{' '.join(ast.unparse(source).split())[:60]}`, which isn't known"
    why = to_be_said(why, name)
    outer_may_have_left = scope.may_have_left

    def once() -> Completion | None:
        item = rows.item_of(interpreter, over)
        if not isinstance(node, ast.While):
            bind(interpreter, node.target, item if item is not NOTHING else Unknown(why), scope)
        completion = interpreter.execute(node.body, scope)
        return completion if completion is not None and completion.kind == "return" else None

    conditional = interpreter.conditional
    kept = len(scope.kept_returns)
    completion = interpreter.fork(once, lambda: None, scope, why)
    if completion is None and node.orelse:
        completion = interpreter.fork(lambda: interpreter.execute(node.orelse, scope), lambda: None, scope, why)
    interpreter.conditional = conditional + (len(scope.kept_returns) > kept)
    scope.may_have_left = outer_may_have_left
    return completion
