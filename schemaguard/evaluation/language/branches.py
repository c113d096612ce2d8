"""`if`, conditional expressions, `and`/`or`, `assert`: what depends on a condition."""

import ast
from dataclasses import replace

from schemaguard.evaluation.machine.heap import join
from schemaguard.evaluation.machine.interpreter import Completion, Interpreter
from schemaguard.evaluation.values.objects import Raised, Unknown, Value
from schemaguard.evaluation.values.scope import Scope
from schemaguard.history.deployment import name_in, to_be_said


def branch(interpreter: Interpreter, node: ast.If, scope: Scope) -> Completion | None:
    """An `if` statement; both sides run where the condition isn't known."""
    known = interpreter.truth(interpreter.evaluate(node.test, scope))
    if known is not None:
        return interpreter.execute(node.body if known else node.orelse, scope)
    return interpreter.fork(
        lambda: interpreter.execute(node.body, scope),
        lambda: interpreter.execute(node.orelse, scope),
        scope,
        f"it depends on {_said(node.test)}, which isn't known",
    )


def choose(interpreter: Interpreter, node: ast.IfExp, scope: Scope) -> Value:
    """`a if condition else b`."""
    test = interpreter.evaluate(node.test, scope)
    known = interpreter.truth(test)
    if known is not None:
        return interpreter.evaluate(node.body if known else node.orelse, scope)
    found: list[Value] = []
    why = f"it depends on {_said(node.test)}, which isn't known"
    if isinstance(test, Unknown):
        why = to_be_said(why, test.name or name_in(test.reason))

    def side(expression: ast.expr) -> None:
        found.append(interpreter.evaluate(expression, scope))

    interpreter.fork(lambda: side(node.body), lambda: side(node.orelse), scope, why)
    return join(found[0], found[1], why) if len(found) == 2 else found[0]


def combine(interpreter: Interpreter, node: ast.BoolOp, scope: Scope) -> Value:
    """`and` and `or`; what stands behind an operand that isn't known is evaluated all the same."""
    stops_at = isinstance(node.op, ast.Or)
    unknown: Unknown | None = None
    value: Value = None
    for operand in node.values:
        try:
            value = interpreter.evaluate(operand, scope)
        except Raised:
            if unknown is None:
                raise
            # It would only be reached where what stands before it allows it.
            return unknown
        known = interpreter.truth(value)
        if known is stops_at:
            is_default = stops_at and isinstance(value, str) and unknown is not None and unknown.name is not None
            # `os.getenv("SCHEMA") or "public"`: another spelling of a default.
            return replace(unknown, default=value) if is_default and unknown is not None else value
        if known is None:
            unknown = value if isinstance(value, Unknown) else Unknown(f"{_said(operand)} isn't known")
    return value if unknown is None else unknown


def insist(interpreter: Interpreter, node: ast.Assert, scope: Scope) -> None:
    """`assert`; one that can't be decided is taken to hold."""
    if interpreter.truth(interpreter.evaluate(node.test, scope)) is False:
        raise Raised(AssertionError(ast.unparse(node.test)[:120]))


def _said(node: ast.expr) -> str:
    text = " ".join(ast.unparse(node).split())
    return f"`{text[:60]}…`" if len(text) > 60 else f"`{text}`"
