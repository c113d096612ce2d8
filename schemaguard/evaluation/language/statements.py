"""Statements."""

import ast
from collections.abc import Mapping

from schemaguard.evaluation.language import assignment, branches, classes, exceptions, imports, loops, matching
from schemaguard.evaluation.language.functions import define
from schemaguard.evaluation.machine.interpreter import Completion, Execute, Interpreter
from schemaguard.evaluation.values.objects import Unknown
from schemaguard.evaluation.values.scope import Scope

_TELLING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"})


def _expression(interpreter: Interpreter, node: ast.Expr, scope: Scope) -> None:
    if isinstance(node.value, ast.Constant):
        return
    found = interpreter.evaluate(node.value, scope)
    if isinstance(found, Unknown) and found.is_code and isinstance(node.value, ast.Call):
        _called_for_its_effect(interpreter, node.value, found, scope)


def _called_for_its_effect(interpreter: Interpreter, node: ast.Call, found: Unknown, scope: Scope) -> None:
    """Nothing is done with what unknown code gives: it was called for what it does.

    A module that doesn't import Alembic can send nothing but through what it is given, which is looked at elsewhere;
    and a logger by any other name is one.
    """
    tells_only = isinstance(node.func, ast.Attribute) and node.func.attr in _TELLING
    if not interpreter.importing and scope.module.knows_alembic and not tells_only:
        interpreter.recorder.opaque(f"{ast.unparse(node.func)[:80]}() runs, and {found.reason}", node)


def _return(interpreter: Interpreter, node: ast.Return, scope: Scope) -> Completion:
    return Completion("return", None if node.value is None else interpreter.evaluate(node.value, scope))


def _break(_: Interpreter, __: ast.Break, ___: Scope) -> Completion:
    return Completion("break")


def _continue(_: Interpreter, __: ast.Continue, ___: Scope) -> Completion:
    return Completion("continue")


def _nothing(_: Interpreter, __: ast.stmt, ___: Scope) -> None:
    return


def _global(_: Interpreter, node: ast.Global, scope: Scope) -> None:
    for name in node.names:
        scope.declare_global(name)


def _nonlocal(_: Interpreter, node: ast.Nonlocal, scope: Scope) -> None:
    for name in node.names:
        scope.declare_nonlocal(name)


STATEMENTS: Mapping[type, Execute] = {
    ast.Expr: _expression,
    ast.Assign: assignment.assign,
    ast.AnnAssign: assignment.assign_annotated,
    ast.AugAssign: assignment.assign_augmented,
    ast.Delete: assignment.delete,
    ast.Return: _return,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Pass: _nothing,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Import: imports.import_modules,
    ast.ImportFrom: imports.import_names,
    ast.FunctionDef: define,
    ast.AsyncFunctionDef: define,
    ast.ClassDef: classes.define,
    ast.If: branches.branch,
    ast.Match: matching.match,
    ast.For: loops.loop,
    ast.AsyncFor: loops.loop,
    ast.While: loops.loop_while,
    ast.Try: exceptions.attempt,
    ast.TryStar: exceptions.attempt,
    ast.Raise: exceptions.throw,
    ast.Assert: branches.insist,
    ast.With: exceptions.within,
    ast.AsyncWith: exceptions.within,
}
