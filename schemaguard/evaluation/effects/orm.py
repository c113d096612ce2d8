"""SQLAlchemy's ORM: mapped classes are tables, and a session sends statements; rows and objects stay unknown."""

from collections.abc import Mapping

import sqlalchemy as sa

from schemaguard.evaluation.effects import connections, queries, rows
from schemaguard.evaluation.host import conversion, tables
from schemaguard.evaluation.host.mapped import table_of
from schemaguard.evaluation.host.modelled import Call, module, native
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Class, Decorated, Modelled, Native, Unknown, Value

_DONE_SILENTLY = frozenset(
    {"flush", "close", "rollback", "expire", "expire_all", "refresh", "expunge", "expunge_all", "begin_nested",
     "no_autoflush", "remove"}
)  # fmt: skip
_SENT = frozenset({"execute", "scalar", "scalars", "exec"})
_WRITES: Mapping[str, Call] = {
    "add": rows.add, "add_all": rows.add_all, "merge": rows.merge, "delete": rows.delete,
    "bulk_save_objects": rows.add_all, "bulk_insert_mappings": rows.bulk_insert,
    "bulk_update_mappings": rows.bulk_update,
}  # fmt: skip


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
    return Unknown(rows.NOT_A_COLUMN)


def _session(interpreter: Interpreter, _: Arguments) -> Value:
    """A session: what it executes is sent, what it reads isn't known, and what it keeps of objects is data only."""

    def find(_: Interpreter, name: str) -> Value:
        recorder = interpreter.recorder
        if name in _SENT:
            return native(name, lambda inner, arguments: _sent(inner, "execute" if name == "exec" else name, arguments))
        if name in _WRITES:
            return native(name, _WRITES[name])
        if name in ("get", "get_one"):
            return native(name, lambda inner, arguments: rows.loaded(inner, arguments.get(0, "entity")))
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

    session = Modelled("Session", find, lambda _, __: session)
    return session


def _sent(interpreter: Interpreter, name: str, arguments: Arguments) -> Value:
    """A statement that a session sends; what it finds are objects whose rows the session writes."""
    statement = conversion.convert(interpreter, arguments.get(0, "statement"))
    if isinstance(statement, str) and has_hole(statement) and len(arguments.positional) == 1:
        # Which classes are selected isn't known, so that what is done to them later may be done to any table.
        interpreter.recorder.read(None)
    found = connections.execute(interpreter, interpreter.recorder.connection, name, arguments)
    return rows.of_statement(interpreter, statement) if isinstance(found, Unknown) or found is None else found


def _queried(interpreter: Interpreter, arguments: Arguments) -> Value:
    given = tuple(arguments.positional)
    table = table_of(given[0]) if len(given) == 1 else None
    rows.loaded(interpreter, *given)
    return queries.query(interpreter, queries.Query(table, given))


def _session_maker(_: Interpreter, __: Arguments) -> Value:
    return native("Session", _session)


def _flagged(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`flag_modified(row, "column")`: the session sends the column again, with what was done to its value."""
    row, name = arguments.get(0, "instance"), arguments.get(1, "key")
    if isinstance(row, Unknown) and isinstance(name, str):
        interpreter.language.set_attribute(interpreter, row, name, None)
    return None


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
    "scoped_session": native("scoped_session", _session),
    "flag_modified": native("flag_modified", _flagged),
    **{name: native(name, _nothing_in_the_database) for name in _OUTSIDE_OF_THE_DATABASE},
}  # fmt: skip
"""Name → what stands for it."""
