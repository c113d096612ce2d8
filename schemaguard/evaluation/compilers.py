"""`@compiles`: a module that puts code of its own in the place of one of SQLAlchemy's compilers."""

import ast
from collections.abc import Iterator

from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.machine.standpoint import CallSite
from schemaguard.evaluation.values.modules import ProjectModule
from schemaguard.evaluation.values.objects import Modelled, Raised, Unknown, Unsupported, Value
from schemaguard.evaluation.values.scope import Scope


def say(interpreter: Interpreter, module: ProjectModule) -> None:
    """Record as opaque what a module compiles by itself: the statements are known as SQLAlchemy would send them."""
    if "compiles" not in module.source:
        return
    for decorator, told in _of_the_project(interpreter, module):
        interpreter.sites.append(CallSite(module, decorator))
        interpreter.recorder.opaque(f"{told} is compiled by code of the project, which isn't followed", decorator)
        interpreter.sites.pop()


def _of_the_project(interpreter: Interpreter, module: ProjectModule) -> Iterator[tuple[ast.Call, str]]:
    """(decorator, class) of each construct of a library that a module compiles for PostgreSQL by itself.

    A class of the project's own has no other compiler, and what is sent of it is unknown anyway.
    """
    for statements in module.index.values():
        for statement in statements:
            for decorator in getattr(statement, "decorator_list", ()):
                if isinstance(decorator, ast.Call) and _is_compiles(interpreter, module, decorator):
                    made = _value(interpreter, module, decorator.args[0])
                    if isinstance(made, type | Modelled) or _is_of_sqlalchemy(made):
                        yield decorator, ast.unparse(decorator.args[0])


def _is_compiles(interpreter: Interpreter, module: ProjectModule, decorator: ast.Call) -> bool:
    name = decorator.func.attr if isinstance(decorator.func, ast.Attribute) else getattr(decorator.func, "id", "")
    if name != "compiles" or not decorator.args:
        return False
    dialects = [_value(interpreter, module, one) for one in decorator.args[1:]]
    return not dialects or any(isinstance(one, Unknown) or one == "postgresql" for one in dialects)


def _is_of_sqlalchemy(value: Value) -> bool:
    """Whether a value stands for something of SQLAlchemy's that no list has."""
    return isinstance(value, Unknown) and value.reason.startswith("sqlalchemy.")


def _value(interpreter: Interpreter, module: ProjectModule, node: ast.expr) -> Value:
    try:
        return interpreter.evaluate(node, Scope(module))
    except (Raised, Unsupported) as reason:
        return Unknown(str(reason))
