"""Functions of the project: defining them, calling them, their generators and context managers."""

import ast
from collections.abc import Callable
from functools import lru_cache

from schemaguard.evaluation.language.assignment import set_name
from schemaguard.evaluation.machine.budget import MOST_STEPS_OF_APPLICATION, OutOfReach
from schemaguard.evaluation.machine.heap import join
from schemaguard.evaluation.machine.interpreter import Completion, Interpreter
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    BoundMethod,
    EvaluatedFunction,
    FunctionNode,
    Raised,
    Unknown,
    Unsupported,
    Value,
)
from schemaguard.evaluation.values.scope import Scope

_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.GeneratorExp)


def define(interpreter: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
    """`def`, with its decorators."""
    value: Value = _made(interpreter, node, scope)
    for decorator in reversed(node.decorator_list):
        value = interpreter.call_with(interpreter.evaluate(decorator, scope), value)
        if isinstance(value, Unknown):
            value = Unknown(f"the decorator of {node.name} isn't modelled", is_code=True)
    set_name(interpreter, node.name, value, scope)


def define_lambda(interpreter: Interpreter, node: ast.Lambda, scope: Scope) -> EvaluatedFunction:
    """`lambda`."""
    return _made(interpreter, node, scope)


def _made(
    interpreter: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
) -> EvaluatedFunction:
    arguments = node.args
    return EvaluatedFunction(
        node,
        scope,
        [interpreter.evaluate(default, scope) for default in arguments.defaults],
        [NOTHING if default is None else interpreter.evaluate(default, scope) for default in arguments.kw_defaults],
        owner=scope.owner if scope.is_class else None,
    )


def call_function(interpreter: Interpreter, function: EvaluatedFunction, arguments: Arguments) -> Value:
    """What calling a function of the project gives."""
    if function.is_context_manager:
        return BoundMethod(function, arguments)
    enters = not interpreter.is_in_application and not (function.module.knows_alembic or function.module.is_revision)
    fence = interpreter.budget.fence
    if enters:
        interpreter.budget.fenced(min(MOST_STEPS_OF_APPLICATION, interpreter.budget.within_fence // 2))
        interpreter.is_in_application = True
    try:
        return _called(interpreter, function, arguments)
    except (OutOfReach, RecursionError, Unsupported, Raised) as reason:
        is_too_far = enters and isinstance(reason, OutOfReach | RecursionError)
        if not is_too_far and not _is_left_to_the_application(interpreter, function, reason):
            raise
        why = f"it raises {reason.message}" if isinstance(reason, Raised) else str(reason)
        return Unknown(f"{function.name}() can't be evaluated: {why}", is_code=True)
    finally:
        interpreter.budget.fence = fence
        if enters:
            interpreter.is_in_application = False


def _is_left_to_the_application(interpreter: Interpreter, function: EvaluatedFunction, reason: Exception) -> bool:
    """Whether a revision has called into the application, which does something that can't be followed.

    The revision goes on: what the application would have done is as unknown as any other code. It may only raise where
    somebody waits for that.
    """
    caller = interpreter.sites[-1].module if interpreter.sites else function.module
    if caller is function.module or not caller.is_revision:
        return False
    return not isinstance(reason, Raised) or not (interpreter.trying or function.module.knows_alembic)


def _called(interpreter: Interpreter, function: EvaluatedFunction, arguments: Arguments) -> Value:
    if interpreter.recurs_unknowingly(function):
        why = f"how often {function.name}() calls itself isn't known"
        if interpreter.may_send(function):
            interpreter.recorder.opaque(why, None)
        return Unknown(why)
    if not is_generator(function):
        return _run(interpreter, function, arguments, None)
    yielded: list[Value] = []

    def keep(value: Value) -> Value:
        yielded.append(value)
        interpreter.budget.sized(len(yielded))
        return None

    _run(interpreter, function, arguments, keep)
    return iter(yielded)


def entered(
    interpreter: Interpreter, manager: BoundMethod, inside: Callable[[Value], Completion | None]
) -> Completion | None:
    """Run something where a function with `@contextmanager` yields."""
    completions: list[Completion | None] = []
    assert isinstance(manager.function, EvaluatedFunction)

    def enter(value: Value) -> Value:
        if completions:
            raise Raised(RuntimeError("generator didn't stop"))
        completions.append(None)
        completions[0] = inside(value)
        return None

    _run(interpreter, manager.function, manager.receiver, enter)
    if not completions:
        raise Raised(RuntimeError("generator didn't yield"))
    return completions[0]


def is_generator(function: EvaluatedFunction) -> bool:
    """Whether a function has a `yield` of its own."""
    return "yield" in function.module.source and _is_generator(function.node)


@lru_cache(maxsize=4096)
def _is_generator(node: FunctionNode) -> bool:
    return any(_yields(inner) for inner in ([node.body] if isinstance(node, ast.Lambda) else node.body))


def _yields(node: ast.AST) -> bool:
    if isinstance(node, ast.Yield | ast.YieldFrom):
        return True
    return not isinstance(node, _INNER) and any(_yields(child) for child in ast.iter_child_nodes(node))


def _run(
    interpreter: Interpreter,
    function: EvaluatedFunction,
    arguments: Arguments,
    on_yield: Callable[[Value], Value] | None,
) -> Value:
    scope = Scope(function.module, function.scope.around, function=function, owner=function.owner)
    scope.on_yield = on_yield
    scope.names.update(bound(function, arguments))
    conditional = interpreter.conditional
    depth = interpreter.budget.depth
    interpreter.budget.enter()
    interpreter.running.append((function.node, conditional))
    try:
        node = function.node
        if isinstance(node, ast.Lambda):
            return interpreter.evaluate(node.body, scope)
        completion = interpreter.execute(node.body, scope)
    except Raised:
        if not scope.kept_returns:
            raise
        # It may have returned before, and code that is in use doesn't fail.
        completion = Completion("return", scope.kept_returns[0])
    finally:
        interpreter.running.pop()
        interpreter.budget.depth = depth
        interpreter.conditional = conditional
    value = completion.value if completion is not None and completion.kind == "return" else None
    for kept in scope.kept_returns:
        value = join(value, kept, f"{function.name}() returns what depends on something unknown")
    return value


def bound(function: EvaluatedFunction, arguments: Arguments) -> dict[str, Value]:
    """Parameter → value for one call; raises Raised with a TypeError where they don't fit."""
    node = function.node.args
    positional = [parameter.arg for parameter in (*node.posonlyargs, *node.args)]
    names: dict[str, Value] = dict(zip(positional, arguments.positional, strict=False))
    rest = arguments.positional[len(positional) :]
    if node.vararg is not None:
        names[node.vararg.arg] = tuple(rest)
    elif rest:
        raise Raised(TypeError(f"{function.name}() takes {len(positional)} positional arguments"))
    keyword_only = [parameter.arg for parameter in node.kwonlyargs]
    further: dict[str, Value] = {}
    for name, value in arguments.keywords.items():
        if name in keyword_only or (name in positional and name not in names):
            names[name] = value
        elif node.kwarg is not None:
            further[name] = value
        else:
            raise Raised(TypeError(f"{function.name}() got an unexpected argument {name!r}"))
    if node.kwarg is not None:
        names[node.kwarg.arg] = further
    defaults = dict(zip(positional[len(positional) - len(function.defaults) :], function.defaults, strict=True))
    defaults |= {
        name: value for name, value in zip(keyword_only, function.keyword_defaults, strict=True) if value is not NOTHING
    }
    for name in (*positional, *keyword_only):
        if name not in names:
            if name not in defaults and not arguments.is_open:
                raise Raised(TypeError(f"{function.name}() misses the argument {name!r}"))
            names[name] = Unknown(f"the argument {name} isn't known") if arguments.is_open else defaults[name]
    return names


def give(interpreter: Interpreter, node: ast.Yield, scope: Scope) -> Value:
    """`yield`."""
    if scope.on_yield is None:
        raise Unsupported("a yield outside of a function")
    return scope.on_yield(None if node.value is None else interpreter.evaluate(node.value, scope))


def give_from(interpreter: Interpreter, node: ast.YieldFrom, scope: Scope) -> Value:
    """`yield from`."""
    if scope.on_yield is None:
        raise Unsupported("a yield outside of a function")
    values = interpreter.iterate(interpreter.evaluate(node.value, scope))
    if values is None:
        return scope.on_yield(Unknown("what a generator gives isn't known"))
    for value in interpreter.budget.items(values):
        scope.on_yield(value)
    return None
