"""Alembic: `op`, `context`, and what else of it a revision imports."""

from collections.abc import Callable, Mapping

import alembic
from alembic.ddl.impl import DefaultImpl
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.operations import BatchOperations, Operations
from alembic.runtime.migration import MigrationContext

from schemaguard.evaluation.host import allowed, deployed
from schemaguard.evaluation.host.modelled import module, native
from schemaguard.evaluation.libraries import entities, enum_operations
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, HostMethod, Modelled, Unknown, Value

_FURTHER = {**enum_operations.OPERATIONS, **entities.OPERATIONS}
"""The operations that other packages add to Alembic's."""
_CONFIGURATION = "what the configuration says isn't known"


def _operation(interpreter: Interpreter, name: str) -> Value:
    operations = interpreter.recorder.operations
    if allowed.is_method(operations, name):
        return HostMethod(operations, name)
    if name in ("migration_context", "impl"):
        return getattr(operations, name)
    if name in _FURTHER:
        return native(name, _FURTHER[name])
    if name.startswith("__"):
        return NOTHING
    return Unknown(f"op.{name} is an operation that isn't modelled", is_code=True)


OP = Modelled("alembic.op", _operation, kind=Operations)


def _context(interpreter: Interpreter, name: str) -> Value:
    context = interpreter.recorder.context
    match name:
        case "get_context":
            return native(name, lambda _, __: context)
        case "get_bind":
            return native(name, lambda _, __: context.bind)
        case "get_impl":
            return native(name, lambda _, __: context.impl)
        case "is_offline_mode" | "is_transactional_ddl":
            return native(name, lambda _, __: name != "is_offline_mode")
        case "execute":
            return HostMethod(interpreter.recorder.operations, "execute")
        case "get_x_argument":
            return native(name, deployed.get_x_argument)
        case "config":
            return deployed.CONFIG
        case "script":
            return Unknown(_CONFIGURATION)
        case _ if name.startswith("__"):
            return NOTHING
        case _:
            return Unknown(f"context.{name} isn't modelled")


CONTEXT = Modelled("alembic.context", _context)
_CLASSES = {
    "Operations": Operations, "BatchOperations": BatchOperations, "MigrationContext": MigrationContext,
    "DefaultImpl": DefaultImpl, "PostgresqlImpl": PostgresqlImpl,
}  # fmt: skip


def _find(_: Interpreter, name: str) -> Value:
    match name:
        case "alembic.op":
            return OP
        case "alembic.context":
            return CONTEXT
        case "alembic":
            return module(
                "alembic",
                {
                    "op": OP,
                    "context": CONTEXT,
                    "__version__": alembic.__version__,
                    **{part: _inner(f"alembic.{part}") for part in _PARTS},
                },
            )
        case _:
            return _inner(name)


_PARTS = ("operations", "migration", "runtime", "ddl", "config", "script", "util", "autogenerate", "command")


_MESSAGES = {name: native(name, lambda _, __: None) for name in ("msg", "warn", "warn_deprecated")}
"""What only tells the one who runs a migration something."""


def _inner(name: str) -> Modelled:
    known = {**_CLASSES, **_MESSAGES} if name.startswith("alembic.util") else _CLASSES
    return Modelled(
        name, lambda _, attribute: known.get(attribute, Unknown(f"{name}.{attribute} isn't modelled", is_code=True))
    )


MODULES: Mapping[str, Callable[[Interpreter, str], Value]] = {"alembic": _find}
