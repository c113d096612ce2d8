"""SQLAlchemy's ORM: mapped classes are tables, and a session sends statements; rows and objects stay unknown."""

from collections.abc import Mapping

import sqlalchemy as sa

from schemaguard.evaluation.host import conversion, tables
from schemaguard.evaluation.host.modelled import module, native
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    Class,
    Decorated,
    HostMethod,
    Modelled,
    Native,
    Unknown,
    Value,
)

_DONE_SILENTLY = frozenset(
    {"add", "add_all", "flush", "close", "rollback", "expire", "expire_all", "refresh", "expunge_all", "begin_nested",
     "merge", "delete", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings", "no_autoflush"}
)  # fmt: skip
_SENT = frozenset({"execute", "scalar", "scalars"})
_NARROWS_NOTHING = frozenset(
    {"options", "order_by", "yield_per", "execution_options", "with_for_update", "populate_existing",
     "enable_eagerloads", "autoflush"}
)  # fmt: skip


def _base(interpreter: Interpreter, arguments: Arguments) -> Value:
    module_of_call = interpreter.sites[-1].module if interpreter.sites else None
    metadata = arguments.keywords.get("metadata")
    given = arguments.get(0, "cls")
    if isinstance(given, sa.MetaData):
        metadata = given
    return tables.base(module_of_call, metadata)


def _as_declarative(_: Interpreter, arguments: Arguments) -> Value:
    metadata = arguments.keywords.get("metadata")

    def decorate(inner: Interpreter, given: Arguments) -> Value:
        cls = given.get(0, "cls")
        if isinstance(cls, Class):
            cls.host = tables.Declarative
            if isinstance(metadata, sa.MetaData):
                cls.attributes.setdefault("metadata", metadata)
            tables.define(inner, cls)
        return cls

    return Native("as_declarative", decorate)


def _mapped_column(interpreter: Interpreter, arguments: Arguments) -> Value:
    return conversion.column(interpreter, arguments)


def _nothing_in_the_database(_: Interpreter, __: Arguments) -> Value:
    return Unknown("it is nothing in the database")


def _session(interpreter: Interpreter, _: Arguments) -> Value:
    """A session: what it executes is sent, what it reads isn't known, and what it keeps of objects is data only."""

    def find(_: Interpreter, name: str) -> Value:
        recorder = interpreter.recorder
        if name in _SENT:
            return HostMethod(recorder.connection, name)
        if name == "query":
            return native(name, _queried)
        if name == "commit":
            return native(name, lambda _, __: recorder.commit())
        if name in _DONE_SILENTLY:
            return native(name, lambda _, __: None)
        if name in ("connection", "get_bind"):
            return native(name, lambda _, __: recorder.connection)
        if name == "bind":
            return recorder.connection
        if name in ("__enter__", "begin"):
            return native(name, lambda _, __: session)
        if name == "__exit__":
            return native(name, lambda _, __: None)
        if name.startswith("__"):
            return NOTHING
        return Unknown(f"what a session's {name} gives isn't known")

    session = Modelled("Session", find)
    return session


def _query(interpreter: Interpreter, table: Value, conditions: tuple[Value, ...] = ()) -> Value:
    """A query of a session: what it finds isn't known, but what it deletes or updates is sent."""

    def narrowed(_: Interpreter, arguments: Arguments) -> Value:
        further = tuple(conversion.convert(interpreter, one) for one in arguments.positional)
        return _query(interpreter, table, (*conditions, *further))

    def narrowed_by(_: Interpreter, arguments: Arguments) -> Value:
        values = {key: conversion.convert(interpreter, value) for key, value in arguments.keywords.items()}
        # A name that is no column's is an attribute called otherwise, or a relation: which rows are meant stays open.
        unknown = interpreter.holes.text(Unknown("a condition isn't known"))
        further = tuple(table.c[key] == value if key in table.c else unknown for key, value in values.items())
        return _query(interpreter, table, (*conditions, *further))

    def send(statement: Value) -> Value:
        where = [one for one in conditions if not isinstance(one, str)]
        if len(where) < len(conditions):
            where.append(sa.literal_column(interpreter.holes.text(Unknown("a condition isn't known"))))
        interpreter.recorder.guarded(lambda: interpreter.recorder.connection.execute(statement.where(*where)))
        return Unknown("how many rows were changed isn't known")

    def updated(_: Interpreter, arguments: Arguments) -> Value:
        values = conversion.convert(interpreter, arguments.get(0, "values"))
        if not isinstance(values, dict):
            return send(sa.update(table))
        return send(sa.update(table).values({getattr(key, "name", key): one for key, one in values.items()}))

    def find(_: Interpreter, name: str) -> Value:
        match name:
            case "filter" | "where":
                return native(name, narrowed)
            case "filter_by":
                return native(name, narrowed_by)
            case _ if name in _NARROWS_NOTHING:
                return native(name, lambda _, __: _query(interpreter, table, conditions))
            case "delete":
                return native(name, lambda _, __: send(sa.delete(table)))
            case "update":
                return native(name, updated)
            case _ if name.startswith("__"):
                return NOTHING
            case _:
                return Unknown("what a query finds isn't known")

    return Modelled("Query", find)


def _queried(interpreter: Interpreter, arguments: Arguments) -> Value:
    value = arguments.get(0, "entity")
    table = value.made if isinstance(value, Class) else value
    if len(arguments.positional) == 1 and isinstance(table, sa.Table):
        return _query(interpreter, table)
    return Unknown("what a query finds isn't known")


def _session_maker(_: Interpreter, __: Arguments) -> Value:
    return native("Session", _session)


def _declared(_: Interpreter, arguments: Arguments) -> Value:
    return Decorated("declared_attr", arguments.get(0, "func"))


def _registry(interpreter: Interpreter, arguments: Arguments) -> Value:
    base = _base(interpreter, arguments)
    return module(
        "registry",
        {"generate_base": native("generate_base", lambda _, __: base), "metadata": base.attributes["metadata"]},
    )


_OUTSIDE_OF_THE_DATABASE = (
    "relationship", "backref", "deferred", "column_property", "synonym", "validates", "composite", "selectinload",
    "joinedload", "raiseload", "load_only", "subqueryload", "aliased", "contains_eager", "foreign", "remote",
    "reconstructor", "Query", "noload", "defer", "undefer",
)  # fmt: skip
_GENERIC = Modelled("Mapped", lambda _, __: NOTHING)
ORM: Mapping[str, Value] = {
    "declarative_base": native("declarative_base", _base),
    "as_declarative": native("as_declarative", _as_declarative),
    "DeclarativeBase": tables.Declarative,
    "DeclarativeBaseNoMeta": tables.Declarative,
    "MappedAsDataclass": object,
    "AbstractConcreteBase": object,
    "registry": native("registry", _registry),
    "declared_attr": Modelled("declared_attr", lambda _, name: native(name, _declared), _declared),
    "mapped_column": native("mapped_column", _mapped_column),
    "Mapped": _GENERIC,
    "Session": Modelled("sqlalchemy.orm.Session", lambda _, __: NOTHING, _session),
    "sessionmaker": native("sessionmaker", _session_maker),
    "scoped_session": native("scoped_session", _session_maker),
    **{name: native(name, _nothing_in_the_database) for name in _OUTSIDE_OF_THE_DATABASE},
}  # fmt: skip
"""Name → what stands for it."""
