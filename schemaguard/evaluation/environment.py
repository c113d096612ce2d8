"""What env.py decides about a revision: the naming convention of its `target_metadata`."""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from schemaguard.evaluation.machine.budget import Exhausted
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.modules import ProjectModule
from schemaguard.evaluation.values.objects import Raised, Unsupported, Value
from schemaguard.evaluation.values.scope import Scope

_NAME = "target_metadata"


def options(interpreter: Interpreter, env_file: str | None) -> Mapping[str, Any]:
    """The options for a migration context that env.py gives, as far as they can be known."""
    if env_file is None:
        return {}
    try:
        module = interpreter.modules.revision(env_file)
    except (Raised, Unsupported, Exhausted):
        return {}
    for expression in _told_of(module):
        try:
            found = metadata_of(interpreter.evaluate(expression, Scope(module, None, module.names, is_journaled=False)))
        except (Raised, Unsupported, Exhausted, RecursionError):
            continue
        if found is not None:
            return {"target_metadata": found}
    return {}


def _told_of(module: ProjectModule) -> Iterator[ast.expr]:
    """The expressions that say what the target metadata is: the module's name for it, then what a function hands on."""
    if _NAME in module.index:
        yield ast.copy_location(ast.Name(_NAME, ast.Load()), module.index[_NAME][0])
    for function in module.body:
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _handed_on_in(function)


def _handed_on_in(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    local: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                local[name] = value
            case ast.keyword(arg="target_metadata", value=ast.Name(id=name)):
                if name in local:
                    yield local[name]
            case ast.keyword(arg="target_metadata", value=value):
                yield value
            case _:
                continue


def metadata_of(value: Value) -> sa.MetaData | None:
    """The metadata with the naming convention, where one is known; of a list of them, the first."""
    if isinstance(value, list | tuple):
        value = next((one for one in value if isinstance(one, sa.MetaData)), None)
    if not isinstance(value, sa.MetaData):
        return None
    convention: dict[Any, Any] = {key: text for key, text in value.naming_convention.items() if not callable(text)}
    # Its tables don't matter here, and the revisions must not see them.
    return sa.MetaData(naming_convention=convention, schema=None if has_hole(value.schema) else value.schema)
