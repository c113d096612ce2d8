"""`try`, `raise` and `with`."""

import ast
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress

from schemaguard.evaluation.database.connection import RecordedTransaction
from schemaguard.evaluation.language.assignment import bind, set_name
from schemaguard.evaluation.language.functions import entered
from schemaguard.evaluation.machine.interpreter import Completion, Interpreter
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    BoundMethod,
    Class,
    Decorated,
    EvaluatedFunction,
    Instance,
    Modelled,
    Native,
    Raised,
    Unknown,
    Value,
)
from schemaguard.evaluation.values.scope import Scope


def attempt(interpreter: Interpreter, node: ast.Try | ast.TryStar, scope: Scope) -> Completion | None:
    """`try`; what isn't known is taken to succeed."""
    try:
        completion = _tried(interpreter, node, scope)
    except Raised:
        completed = interpreter.execute(node.finalbody, scope)
        if completed is not None:
            return completed
        raise
    completed = interpreter.execute(node.finalbody, scope)
    return completion if completed is None else completed


def _tried(interpreter: Interpreter, node: ast.Try | ast.TryStar, scope: Scope) -> Completion | None:
    interpreter.trying += bool(node.handlers)
    try:
        completion = interpreter.execute(node.body, scope)
    except Raised as raised:
        interpreter.trying -= bool(node.handlers)
        for handler in node.handlers:
            if _catches(interpreter, handler.type, raised.value, scope):
                return _handle(interpreter, handler, raised.value, scope)
        raise
    except BaseException:
        interpreter.trying -= bool(node.handlers)
        raise
    interpreter.trying -= bool(node.handlers)
    return completion if completion is not None else interpreter.execute(node.orelse, scope)


def _handle(interpreter: Interpreter, handler: ast.ExceptHandler, value: Value, scope: Scope) -> Completion | None:
    if handler.name:
        set_name(interpreter, handler.name, value, scope)
    interpreter.handled.append(value)
    try:
        return interpreter.execute(handler.body, scope)
    finally:
        interpreter.handled.pop()


def _catches(interpreter: Interpreter, node: ast.expr | None, value: Value, scope: Scope) -> bool:
    if node is None:
        return True
    kinds = interpreter.evaluate(node, scope)
    return any(is_kind(value, kind) for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))


def is_kind(value: Value, kind: Value) -> bool:
    """Whether an exception is of a kind; one that isn't known might be any."""
    if isinstance(kind, Unknown):
        return True
    if isinstance(value, Instance):
        cls = value.cls
        if isinstance(kind, Class):
            return kind in cls.order
        return isinstance(kind, type) and cls.host is not None and issubclass(cls.host, kind)
    return isinstance(kind, type) and isinstance(value, kind)


def throw(interpreter: Interpreter, node: ast.Raise, scope: Scope) -> None:
    """`raise`."""
    if node.exc is None:
        raise Raised(interpreter.handled[-1] if interpreter.handled else RuntimeError("nothing to raise again"))
    value = interpreter.evaluate(node.exc, scope)
    if isinstance(value, type) and issubclass(value, Exception):
        value = interpreter.call(value, Arguments())
    if isinstance(value, Class):
        value = interpreter.call(value, Arguments())
    raise Raised(value if not isinstance(value, Unknown) else RuntimeError("an exception that isn't known"))


def within(interpreter: Interpreter, node: ast.With | ast.AsyncWith, scope: Scope) -> Completion | None:
    """`with`, one manager inside the other."""
    return _within(interpreter, node.items, node.body, scope)


def _within(
    interpreter: Interpreter, items: list[ast.withitem], body: list[ast.stmt], scope: Scope
) -> Completion | None:
    if not items:
        return interpreter.execute(body, scope)
    item, rest = items[0], items[1:]
    manager = interpreter.evaluate(item.context_expr, scope)

    def inside(value: Value) -> Completion | None:
        if item.optional_vars is not None:
            bind(interpreter, item.optional_vars, value, scope)
        return _within(interpreter, rest, body, scope)

    return enter(interpreter, manager, inside)


def enter(interpreter: Interpreter, manager: Value, inside: Callable[[Value], Completion | None]) -> Completion | None:
    """Run something inside of a context manager."""
    match manager:
        case BoundMethod(function=EvaluatedFunction(is_context_manager=True)):
            return entered(interpreter, manager, inside)
        case suppress():
            return _suppressed(interpreter, manager, inside)
        case nullcontext():
            return inside(manager.enter_result)
        case Instance():
            return _own(interpreter, manager, inside)
        case Modelled():
            entering = manager.find(interpreter, "__enter__")
            completion = inside(interpreter.call(entering, Arguments()) if entering is not NOTHING else manager)
            leaving = manager.find(interpreter, "__exit__")
            if isinstance(leaving, Native):
                interpreter.call(leaving, Arguments([None, None, None]))
            return completion
        case AbstractContextManager():
            return _host(interpreter, manager, inside)
        case _:
            return inside(manager if isinstance(manager, Unknown) else Unknown("a context manager isn't modelled"))


def _suppressed(
    interpreter: Interpreter, manager: suppress, inside: Callable[[Value], Completion | None]
) -> Completion | None:
    kinds: tuple[type[BaseException], ...] = vars(manager).get("_exceptions", ())
    interpreter.trying += 1
    try:
        return inside(None)
    except Raised as raised:
        if not isinstance(raised.value, kinds):
            raise
        return None
    finally:
        interpreter.trying -= 1


def _own(
    interpreter: Interpreter, manager: Instance, inside: Callable[[Value], Completion | None]
) -> Completion | None:
    """A context manager of the project."""
    entering, leaving = (_method(manager, name) for name in ("__enter__", "__exit__"))
    value = interpreter.call_with(entering, manager) if entering is not NOTHING else Unknown("it has no __enter__")
    try:
        completion = inside(value)
    except Raised as raised:
        swallowed = None
        if leaving is not NOTHING:
            swallowed = interpreter.call_with(leaving, manager, type(raised.value), raised.value, None)
        if interpreter.truth(swallowed) is True:
            return None
        raise
    if leaving is not NOTHING:
        interpreter.call_with(leaving, manager, None, None, None)
    return completion


def _method(instance: Instance, name: str) -> Value:
    found = instance.cls.find(name)
    return found.function if isinstance(found, Decorated) else found


def _host(
    interpreter: Interpreter,
    manager: AbstractContextManager[object],
    inside: Callable[[Value], Completion | None],
) -> Completion | None:
    """A context manager of a library, such as the one of `op.batch_alter_table`."""
    value = interpreter.recorder.guarded(manager.__enter__)
    interpreter.recorder.entered(value)
    try:
        completion = inside(value)
    except Raised:
        # What a batch has gathered is never sent; a transaction is rolled back.
        if isinstance(manager, RecordedTransaction):
            manager.rollback()
        raise
    interpreter.recorder.left(manager, value)
    return completion
