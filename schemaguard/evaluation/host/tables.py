"""Classes that map tables: each becomes a `sqlalchemy.Table`.

They are never made into real mapped classes, for SQLAlchemy evaluates strings in relationships and annotations.
"""

import ast
import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from schemaguard.evaluation.host import conversion, objects
from schemaguard.evaluation.host.mapped import note_class
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.modules import ProjectModule
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    Class,
    Decorated,
    Modelled,
    Native,
    Raised,
    Unknown,
    Value,
)

PARTIAL = "schemaguard: only some of its tables are known"
"""Marks the metadata of mapped classes: it holds the tables of those that somebody asked for."""
NAMED_AFTER_CLASSES = "schemaguard: its tables are called as their classes"
"""Marks the metadata of Flask-SQLAlchemy: a class needs no name for its table, so that nothing tells which have one."""
_SMALL = re.compile(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))")
_NOT_ALL = "not all tables of the application are known"
_ANNOTATED: dict[str, type[TypeEngine[Any]]] = {
    "int": sa.Integer, "str": sa.String, "float": sa.Float, "bool": sa.Boolean, "bytes": sa.LargeBinary,
    "datetime": sa.DateTime, "date": sa.Date, "time": sa.Time, "timedelta": sa.Interval, "Decimal": sa.Numeric,
    "UUID": sa.Uuid,
}  # fmt: skip


class Declarative:
    """Stands for `DeclarativeBase` and what `declarative_base()` makes, as the base of classes that map tables."""


def base(module: Value, metadata: Value = None) -> Class:
    """What `declarative_base()` gives."""
    made = Class("Base", (), {}, module, Declarative)
    made.order = (made,)
    made.attributes["metadata"] = metadata if isinstance(metadata, sa.MetaData) else sa.MetaData()
    _note_home(made.attributes["metadata"], module)
    return made


def _note_home(metadata: sa.MetaData, module: Value) -> None:
    """Note a module that has classes of a metadata; the first is the one that made their base."""
    homes = metadata.info.setdefault(PARTIAL, [])
    if isinstance(module, ProjectModule) and module not in homes:
        homes.append(module)


def complete(interpreter: Interpreter, metadata: sa.MetaData) -> bool:
    """Evaluate all that may be a table in the modules that have some; whether those are all tables of the metadata.

    They are where the module that made the base has tables itself: what it imports can't build on it.
    """
    homes = list(metadata.info[PARTIAL])
    if metadata.info.get(NAMED_AFTER_CLASSES):
        return False
    for module in homes:
        for statement in module.body:
            for name in _tables_named_by(statement):
                interpreter.module_name(module, name)
    return bool(homes) and any(_tables_named_by(statement) for statement in homes[0].body) and bool(metadata.tables)


def of_metadata(interpreter: Interpreter, metadata: sa.MetaData, name: str) -> Value:
    """The attribute of a metadata that classes share: its tables are there once their modules are evaluated."""
    if name in ("tables", "sorted_tables") and not complete(interpreter, metadata):
        return _some(metadata) if name == "tables" else Unknown(_NOT_ALL)
    return objects.attribute(metadata, name)


def _some(metadata: sa.MetaData) -> Modelled:
    """The tables of a metadata where there may be more: one that is known is found by its name, and no more is said."""

    def item(_: Interpreter, arguments: Arguments) -> Value:
        name = arguments.get(0, "key")
        found = metadata.tables.get(name) if isinstance(name, str) else None
        return Unknown(_NOT_ALL) if found is None else found

    def find(_: Interpreter, name: str) -> Value:
        if name in ("get", "__getitem__"):
            return Native(name, item)
        return NOTHING if name.startswith("__") else Unknown(_NOT_ALL)

    return Modelled("tables", find)


def _tables_named_by(statement: ast.stmt) -> list[str]:
    """The names that a statement at the top of a module may give tables."""
    match statement:
        case ast.ClassDef(name=name) if any(
            isinstance(part, ast.Assign)
            and any(isinstance(one, ast.Name) and one.id in ("__tablename__", "__table__") for one in part.targets)
            for part in statement.body
        ):
            return [name]
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function)):
            called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            return [name] if called == "Table" else []
        case _:
            return []


def define(interpreter: Interpreter, cls: Class) -> None:
    """Give a mapped class its table, where its name and shape are known."""
    metadata = cls.find("metadata")
    registry = cls.find("registry")
    if metadata is NOTHING and isinstance(registry, Modelled):
        metadata = registry.find(interpreter, "metadata")
        cls.attributes["metadata"] = metadata
    if metadata is NOTHING:
        metadata = cls.attributes["metadata"] = sa.MetaData()
    if not isinstance(metadata, sa.MetaData):
        return
    _note_home(metadata, cls.module)
    existing = cls.find("__table__")
    if isinstance(existing, sa.Table):
        cls.made = existing
        return
    name = _declared(interpreter, cls, "__tablename__")
    if name is NOTHING and metadata.info.get(NAMED_AFTER_CLASSES) and cls.find("__abstract__") is not True:
        name = cls.attributes["__tablename__"] = _SMALL.sub(r"_\1", cls.name).lower()
    if not isinstance(name, str) or has_hole(name):
        return
    items, keywords = _table_arguments(interpreter, cls)
    columns = _columns(interpreter, cls)
    try:
        cls.made = interpreter.recorder.guarded(
            lambda: sa.Table(name, metadata, *columns, *items, **{"extend_existing": True, **keywords})
        )
        note_class(cls.made, cls)
    except Raised:
        cls.made = None


def _declared(interpreter: Interpreter, cls: Class, name: str) -> Value:
    """An attribute of a mapped class; one with `declared_attr` is called with the class."""
    found = cls.find(name)
    is_special = name.startswith("__") and isinstance(found, Decorated) and found.kind == "classmethod"
    if is_special or (isinstance(found, Decorated) and found.kind == "declared_attr"):
        return interpreter.call_with(found.function, cls)
    return found


def _table_arguments(interpreter: Interpreter, cls: Class) -> tuple[list[Value], dict[str, Value]]:
    arguments = _declared(interpreter, cls, "__table_args__")
    if isinstance(arguments, dict):
        arguments = (arguments,)
    if not isinstance(arguments, tuple | list):
        return [], {}
    items = [item for item in arguments if isinstance(item, sa.schema.SchemaItem)]
    last = arguments[-1] if arguments and isinstance(arguments[-1], dict) else {}
    return items, {key: conversion.convert(interpreter, value) for key, value in last.items() if isinstance(key, str)}


def _columns(interpreter: Interpreter, cls: Class) -> list[sa.Column[Any]]:
    found: dict[str, sa.Column[Any]] = {}
    # The class's own columns come first, then those of the classes above it, the nearest first.
    for one in cls.order:
        held = one.attributes.get("__annotations__")
        annotations = held if isinstance(held, dict) else {}
        for name in (*one.attributes, *(name for name in annotations if name not in one.attributes)):
            is_bare = name not in one.attributes
            value = sa.Column() if is_bare and _is_mapped(annotations[name]) else _declared(interpreter, cls, name)
            if isinstance(value, sa.Column) and name not in found:
                # A mixin's column belongs to every table that has it.
                column = interpreter.recorder.guarded(value._copy)
                column.name = column.name or name
                column.key = column.key or name
                _annotate(column, annotations.get(name))
                found[name] = column
    return list(found.values())


def _is_mapped(annotation: ast.expr) -> bool:
    """Whether an annotation is `Mapped[…]`, which makes a column where it doesn't name another mapped class."""
    if not isinstance(annotation, ast.Subscript) or not isinstance(annotation.value, ast.Name | ast.Attribute):
        return False
    name = annotation.value.id if isinstance(annotation.value, ast.Name) else annotation.value.attr
    return name == "Mapped"


def _annotate(column: sa.Column[Any], annotation: ast.expr | None) -> None:
    """The type and nullability that `Mapped[…]` says, where the column doesn't."""
    inner = annotation.slice if isinstance(annotation, ast.Subscript) else None
    if inner is None or not isinstance(column.type, sa.types.NullType):
        return
    is_optional = False
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.BitOr):
        inner, is_optional = inner.left, True
    elif isinstance(inner, ast.Subscript):
        inner, is_optional = inner.slice, True
    name = inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
    kind = _ANNOTATED.get(name)
    if kind is not None:
        column.type = kind()
        column.nullable = is_optional


def attribute(cls: Class, name: str) -> Value:
    """What a mapped class or an enum has that its body doesn't: its table, columns or members."""
    made = cls.made
    if isinstance(made, type):
        members = vars(made).get("_member_map_", {})
        if name == "__members__":
            return dict(members)
        return members.get(name, NOTHING)
    if name == "__table__":
        return made
    if isinstance(made, sa.Table):
        value = cls.find(name)
        if isinstance(value, sa.Column):
            return made.c.get(value.name or name, value)
        if value is NOTHING and name in made.c:
            return made.c[name]
    return NOTHING


def is_partial(metadata: Value) -> bool:
    """Whether a metadata may have further tables, in classes that nobody asked for."""
    return isinstance(metadata, sa.MetaData) and PARTIAL in metadata.info
