"""What could send statements: values with a way to the database, and code that reaches for one.

Code that isn't followed may run at any time, or never. What it could send is said to be unknown; what couldn't send
anything is left alone.
"""

import ast
import sys
from contextlib import _GeneratorContextManager
from functools import lru_cache

from alembic.ddl.impl import DefaultImpl
from alembic.operations import BatchOperations, Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection, Engine

from schemaguard.evaluation.values.modules import ProjectModule
from schemaguard.evaluation.values.objects import (
    NOTHING,
    BoundMethod,
    Class,
    Decorated,
    EvaluatedFunction,
    HostMethod,
    Instance,
    Modelled,
    Super,
    Unknown,
    Value,
)
from schemaguard.evaluation.values.scope import Scope

_SENDERS = (
    Connection, Engine, Operations, BatchOperations, MigrationContext, DefaultImpl, _GeneratorContextManager,
)  # fmt: skip
"""The last is what `op.batch_alter_table` gives: what it gathers is sent when it is left."""
_MODELLED_SENDERS = frozenset({"alembic.op", "alembic.context", "Session", "connection"})
_SENDING_METHODS = frozenset(
    {"execute", "executemany", "executescript", "exec_driver_sql", "scalar", "scalars", "create_all", "drop_all",
     "run_callable", "run_sync", "bulk_insert", "batch_alter_table"}
)  # fmt: skip
_ONLY_COMPUTING = frozenset({"f", "inline_literal"})
_OTHERS = frozenset(sys.stdlib_module_names) | {"sqlalchemy", "typing_extensions", "sqlmodel", "sqlalchemy_utils"}
"""Packages whose functions send nothing by themselves: they need to be given a connection."""
_FOLLOWED = frozenset(
    {"__init__", "__post_init__", "__call__", "__enter__", "__exit__", "__iter__", "__getattr__", "__getitem__"}
)
"""Special methods that the interpreter calls where Python would."""


def can_send(value: Value) -> bool:
    """Whether code that gets the value could send statements with it."""
    return isinstance(value, _SENDERS) or (isinstance(value, Modelled) and value.name in _MODELLED_SENDERS)


def sends(value: Value) -> bool:
    """Whether a value leads to the database, or calling it may send statements."""
    return _Search().value(value)


def sends_unseen(cls: Class) -> bool:
    """Whether an object of the class may send statements when nobody calls it: when it is compared, deleted…"""
    return any(
        name not in _FOLLOWED and name.startswith("__") and name.endswith("__") and _Search().value(held)
        for one in cls.order
        for name, held in one.attributes.items()
    )


class _Search:
    """One search; what was looked at once isn't looked at again."""

    def __init__(self) -> None:
        self.seen: set[int] = set()

    def is_new(self, thing: object) -> bool:
        if id(thing) in self.seen:
            return False
        self.seen.add(id(thing))
        return True

    def value(self, value: Value) -> bool:
        match value:
            case Unknown():
                return value.sends
            case EvaluatedFunction():
                return self.is_new(value.node) and self.code(value.node, value.scope)
            case BoundMethod(function=function, receiver=receiver):
                return self.value(function) or can_send(receiver)
            case Decorated(function=function):
                return self.value(function)
            case HostMethod(receiver=receiver, name=name):
                return can_send(receiver) and name not in _ONLY_COMPUTING
            case Class():
                return self.is_new(value) and any(self.value(held) for held in list(value.attributes.values()))
            case Instance(cls=cls, attributes=attributes):
                held = (*attributes.values(), cls)
                return self.is_new(value) and any(map(self.value, held))
            case Super(receiver=receiver):
                return self.value(receiver)
            case list() | tuple():
                return self.is_new(value) and any(map(self.value, value))
            case dict():
                return self.is_new(value) and any(map(self.value, list(value.values())))
        return can_send(value)

    def code(self, node: ast.AST, scope: Scope) -> bool:
        methods, names = _mentioned(node)
        return bool(methods & _SENDING_METHODS) or any(self.name(name, scope) for name in names)

    def name(self, name: str, scope: Scope) -> bool:
        found = scope.find(name)
        if found is NOTHING:
            found = scope.module.names.get(name, NOTHING)
        if found is not NOTHING:
            return isinstance(found, ProjectModule) or self.value(found)
        # It wasn't needed so far, so nothing but the statements that would bind it tell what it is.
        module = Scope(scope.module, None, scope.module.names)
        return any(
            self.is_new(statement) and self.statement(statement, module)
            for statement in scope.module.index.get(name, ())
        )

    def statement(self, statement: ast.stmt, scope: Scope) -> bool:
        match statement:
            case ast.Import(names=names):
                return any(alias.name.partition(".")[0] not in _OTHERS for alias in names)
            case ast.ImportFrom(module=source):
                return statement.level > 0 or (source or "").partition(".")[0] not in _OTHERS
            case _:
                return self.code(statement, scope)


@lru_cache(maxsize=4096)
def _mentioned(node: ast.AST) -> tuple[frozenset[str], frozenset[str]]:
    """The methods and the names that a piece of code mentions."""
    methods, names = set(), set()
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute):
            methods.add(one.attr)
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            names.add(one.id)
    return frozenset(methods), frozenset(names)
