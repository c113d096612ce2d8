"""SQLAlchemy: its constructs and types are the real ones, its ORM and what runs strings are modelled or unknown."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc, types
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine, Inspector

from schemaguard.evaluation.effects.orm import ORM
from schemaguard.evaluation.host import allowed, conversion
from schemaguard.evaluation.host.lists import NAMES, POSTGRESQL_NAMES, words
from schemaguard.evaluation.host.modelled import decorator, native
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Decorated, Modelled, Unknown, Value

_MODULES = words("""
    sqlalchemy sqlalchemy.dialects sqlalchemy.dialects.mssql sqlalchemy.dialects.mysql
    sqlalchemy.dialects.mysql.base sqlalchemy.dialects.mysql.types sqlalchemy.dialects.oracle
    sqlalchemy.dialects.postgresql sqlalchemy.dialects.postgresql.array sqlalchemy.dialects.postgresql.base
    sqlalchemy.dialects.postgresql.dml sqlalchemy.dialects.postgresql.ext sqlalchemy.dialects.postgresql.json
    sqlalchemy.dialects.postgresql.named_types sqlalchemy.dialects.postgresql.ranges
    sqlalchemy.dialects.postgresql.types sqlalchemy.dialects.sqlite sqlalchemy.dialects.sqlite.base
    sqlalchemy.engine sqlalchemy.engine.base sqlalchemy.engine.default sqlalchemy.engine.interfaces
    sqlalchemy.engine.reflection sqlalchemy.event sqlalchemy.exc sqlalchemy.ext sqlalchemy.ext.asyncio
    sqlalchemy.ext.compiler sqlalchemy.ext.declarative sqlalchemy.ext.declarative.api sqlalchemy.ext.hybrid
    sqlalchemy.ext.mutable sqlalchemy.inspection sqlalchemy.orm sqlalchemy.orm.attributes sqlalchemy.orm.base
    sqlalchemy.orm.decl_api sqlalchemy.orm.session sqlalchemy.schema sqlalchemy.sql sqlalchemy.sql.base
    sqlalchemy.sql.ddl sqlalchemy.sql.dml sqlalchemy.sql.elements sqlalchemy.sql.expression sqlalchemy.sql.functions
    sqlalchemy.sql.operators sqlalchemy.sql.schema sqlalchemy.sql.selectable sqlalchemy.sql.sqltypes
    sqlalchemy.sql.type_api sqlalchemy.types
""")
_CLASSES: dict[str, Any] = {
    "Inspector": Inspector, "Connection": Connection, "Engine": Engine, "Dialect": Dialect,
    "PGDialect": postgresql.base.PGDialect, "MySQLDialect": mysql.base.MySQLDialect,
    "SQLiteDialect": sqlite.base.SQLiteDialect, "TypeDecorator": types.TypeDecorator,
    "UserDefinedType": types.UserDefinedType, "TypeEngine": types.TypeEngine, "ClauseElement": sa.ClauseElement,
    "ColumnElement": sa.ColumnElement, "FunctionElement": sa.sql.functions.FunctionElement,
    "GenericFunction": sa.sql.functions.GenericFunction, "FromClause": sa.FromClause, "Select": sa.Select,
    "TextClause": sa.TextClause, "SchemaItem": sa.schema.SchemaItem, "SchemaType": types.SchemaType,
    "Constraint": sa.Constraint,
}  # fmt: skip
"""Classes that code compares with or builds on; none of them can be called."""


def _inspected(interpreter: Interpreter, arguments: Arguments) -> Value:
    value = arguments.get(0, "subject", arguments.keywords.get("bind"))
    if isinstance(value, Connection | Engine | Unknown):
        return interpreter.recorder.guarded(lambda: sa.inspect(interpreter.recorder.connection))
    return Unknown("what is inspected isn't a connection")


def _as_mutable(interpreter: Interpreter, arguments: Arguments) -> Value:
    return conversion.as_type(interpreter, arguments.get(0, "sqltype"))


def _mutable(name: str) -> Modelled:
    return Modelled(
        name, lambda _, attribute: native("as_mutable", _as_mutable) if attribute == "as_mutable" else NOTHING
    )


def _inspector(_: Interpreter, name: str) -> Value:
    return native("from_engine", _inspected) if name == "from_engine" else Unknown(f"Inspector.{name} isn't modelled")


def _listen(interpreter: Interpreter, arguments: Arguments) -> Value:
    """An event of a table that gets a statement sends it then; what a function does then isn't followed."""
    target, name, act = (arguments.get(at, key) for at, key in enumerate(("target", "identifier", "fn")))
    if isinstance(target, sa.Table) and isinstance(act, sa.DDL) and isinstance(name, str):
        return interpreter.recorder.attempted(lambda: sa.event.listen(target, name, act), "an event")
    if interpreter.is_watched:
        interpreter.recorder.opaque("a function listens to an event, and what it does then isn't followed", None)
    return None


def _listens_for(interpreter: Interpreter, arguments: Arguments) -> Value:
    def decorate(_: Interpreter, given: Arguments) -> Value:
        act = given.get(0, "fn")
        _listen(interpreter, Arguments([*arguments.positional[:2], act], arguments.keywords))
        return act

    return native("listens_for", decorate)


_MODELLED: dict[str, Value] = {
    "inspect": native("inspect", _inspected),
    "Inspector": Modelled("Inspector", _inspector, _inspected, Inspector),
    "MutableDict": _mutable("MutableDict"),
    "MutableList": _mutable("MutableList"),
    "compiles": native("compiles", lambda _, __: decorator("compiles")),
    "hybrid_property": native("hybrid_property", lambda _, arguments: Decorated("property", arguments.get(0, "fget"))),
    "flag_modified": native("flag_modified", lambda _, __: None),
    "listen": native("listen", _listen),
    "listens_for": native("listens_for", _listens_for),
    "__version__": sa.__version__,
    **ORM,
}


def _module(name: str) -> Modelled:
    return Modelled(name, lambda _, attribute: name_in(name, attribute))


def name_in(module: str, name: str) -> Value:
    """A name of one of SQLAlchemy's modules: its own module, a modelled object, or a real one that is on a list."""
    below = f"{module}.{name}"
    if below in _MODULES:
        return _module(below)
    if name.startswith("__") and name != "__version__":
        return NOTHING
    if name in _MODELLED:
        return _MODELLED[name]
    listed = POSTGRESQL_NAMES if "postgresql" in module else NAMES
    if name in listed and (module != "sqlalchemy.orm"):
        return listed[name]
    try:
        real = getattr(importlib.import_module(module), name, NOTHING)
    except ImportError:
        # Some modules of SQLAlchemy's want a package that isn't installed with it.
        return Unknown(f"{below} isn't modelled", is_code=True)
    if allowed.is_type(real):
        return real
    if isinstance(real, type) and issubclass(real, exc.SQLAlchemyError):
        return real
    if name in _CLASSES and isinstance(real, type):
        return real
    if name in NAMES and real is NAMES[name]:
        return real
    if real is NOTHING:
        return NOTHING
    return Unknown(f"{module}.{name} isn't modelled", is_code=True)


def _find(_: Interpreter, name: str) -> Value:
    return _module(name) if name in _MODULES else Unknown(f"{name} isn't modelled", is_code=True)


MODULES: Mapping[str, Callable[[Interpreter, str], Value]] = {"sqlalchemy": _find}
