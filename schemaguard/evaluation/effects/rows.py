"""What a session writes without a statement: objects that are added, deleted, merged, or given other values.

A session sends INSERT, UPDATE and DELETE when it flushes. What it writes is said where the code asks for it.
Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html
"""

import sys
from collections.abc import Mapping

import sqlalchemy as sa

from schemaguard.catalog.changes import Change, DeleteRows, InsertRows, UpdateRows
from schemaguard.catalog.objects import Name
from schemaguard.contracts.compatibility.rowsource import emptied
from schemaguard.evaluation.host.mapped import class_of, column_of, table_of
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.machine.recorder import name_of
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    BoundMethod,
    Class,
    EvaluatedFunction,
    Instance,
    Loaded,
    MadeOfUnknown,
    Modelled,
    Native,
    Unknown,
    Value,
)

NOT_A_COLUMN = "it is nothing in the database"
"""Why an attribute of a mapped class isn't known that `relationship()` or the like made."""
_WHY = "what a session has read isn't known"
_RELATING = frozenset({"relationship", "backref", "Relationship"})
_GIVES_ROWS = frozenset(
    {"all", "first", "one", "one_or_none", "scalar", "scalars", "scalar_one", "scalar_one_or_none", "unique"}
    | {"fetchall", "fetchone", "fetchmany", "partitions", "tuples", "columns", "mappings", "yield_per", "copy"}
)
_CHANGES_ROWS = frozenset({"append", "remove", "extend", "clear", "pop", "insert", "add", "discard", "update"})


def loaded(interpreter: Interpreter, *entities: Value) -> Loaded:
    """What a session reads of these mapped classes or tables."""
    tables = [table_of(entity) for entity in entities]
    known = [table for table in tables if table is not None]
    names = frozenset(_name(table) for table in known) if known and len(known) == len(tables) else None
    interpreter.recorder.read(names)
    if len(entities) != 1:
        return Loaded(_WHY, names=names)
    cls = entities[0] if isinstance(entities[0], Class) else class_of(tables[0])
    return Loaded(_WHY, names=names, table=tables[0], cls=cls)


def item_of(interpreter: Interpreter, source: Value) -> Value:
    """One of the objects that are gone over, where a session reads them; else NOTHING."""
    if isinstance(source, Modelled) and _is_query(source):
        source = interpreter.call_with(interpreter.attribute(source, "all"))
    return source if isinstance(source, Loaded) else NOTHING


def _is_query(source: Modelled) -> bool:
    """Whether it stands for a query of the ORM, which is only imported by what makes one."""
    orm = sys.modules.get("sqlalchemy.orm")
    return orm is not None and source.kind is orm.Query


def of_statement(interpreter: Interpreter, statement: Value) -> Value:
    """What a statement that a session was given finds."""
    if not isinstance(statement, sa.sql.expression.SelectBase):
        return Unknown("what a query finds isn't known")
    columns = (one for one in statement.selected_columns if isinstance(one, sa.sql.expression.ColumnClause))
    tables = {column.table for column in columns}
    froms = statement.get_final_froms() if isinstance(statement, sa.Select) else []
    return loaded(interpreter, *(table for table in (tables or froms) if isinstance(table, sa.TableClause)))


def attribute(value: Loaded, name: str) -> Value:
    """The attribute of what a session has read: rows again, a method of its class, or a value that isn't known."""
    found = value.cls.find(name) if isinstance(value.cls, Class) else NOTHING
    if isinstance(found, EvaluatedFunction):
        return BoundMethod(found, value)
    if name in _GIVES_ROWS:
        return Native(name, lambda _, __: value)
    if _column(value, name) is not None:
        return Unknown(f"what a row has in {name} isn't known")
    if name in _CHANGES_ROWS:
        return Native(name, lambda inner, _: _opaque(inner, value.names, f"{name}() of what a session has read"))
    if name == "__setattr__":
        return Native(name, lambda inner, given: set_attribute(inner, value, str(given.get(0, "name"))))
    if name.startswith("__"):
        return Unknown(value.reason)
    if value.table is None and value.cls is None and value.names is not None:
        return Unknown(f"what a row has in {name} isn't known")
    # What it refers to is read as well, and may be of any class.
    return Loaded(_WHY)


def _column(value: Loaded, name: str) -> str | None:
    return column_of(value.table, value.cls, name) if value.table is not None else None


def set_attribute(interpreter: Interpreter, value: Loaded, name: str) -> None:
    """`row.name = …`: the session updates the row."""
    column = _column(value, name)
    if column is not None:
        _record(interpreter, UpdateRows(_name(value.table), (column,), has_where=True))
    else:
        _opaque(interpreter, value.names, f"{name} of what a session has read is set")


def set_of_unknown(interpreter: Interpreter, name: str) -> None:
    """An attribute of something unknown is set, where a session has read something that it may be."""
    recorder = interpreter.recorder
    if recorder.is_read and interpreter.is_watched:
        _opaque(interpreter, recorder.names_read, f"{name} of an object is set that a session may have read")


def add(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`session.add(…)`."""
    _add(interpreter, arguments.get(0, "instance"))
    return None


def add_all(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`session.add_all(…)` and `session.bulk_save_objects(…)`."""
    given = arguments.get(0, "instances", arguments.keywords.get("objects"))
    items = interpreter.iterate(given) if given is not None else ()
    if items is None:
        _add(interpreter, given)
        return None
    for item in interpreter.budget.items(items):
        _add(interpreter, item)
    return None


def _add(interpreter: Interpreter, value: Value) -> None:
    match value:
        case Instance(cls=cls, attributes=attributes) if (table := table_of(cls)) is not None:
            _record(interpreter, InsertRows(_name(table), _columns(table, attributes, cls)))
        case Instance(cls=cls):
            _opaque(interpreter, None, f"a {cls.name} is added to a session, and its table isn't known")
        case MadeOfUnknown(one=one):
            _add(interpreter, one)
        case Loaded() | None:
            return  # It is there already, and what it was given is sent.
        case _:
            _opaque(interpreter, None, "an object that isn't known is added to a session")


def merge(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`session.merge(…)`: the row is inserted, or updated where one with its key is there."""
    value = arguments.get(0, "instance")
    if isinstance(value, Instance) and (table := table_of(value.cls)) is not None:
        columns = _columns(table, value.attributes, value.cls)
        keys = _key_columns(table)
        others = tuple(column for column in columns if column not in keys)
        update = (UpdateRows(_name(table), others, has_where=True),) if others else ()
        _record(interpreter, InsertRows(_name(table), columns), *update)
        return loaded(interpreter, value.cls)
    if not isinstance(value, Loaded):
        _opaque(interpreter, None, "an object that isn't known is merged into a session")
    return value


def delete(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`session.delete(…)`."""
    value = arguments.get(0, "instance")
    table = value.table if isinstance(value, Loaded) else table_of(value.cls) if isinstance(value, Instance) else None
    if table is not None:
        _record(interpreter, DeleteRows(_name(table), has_where=True))
        _follow(interpreter, _name(table), value.cls)
    elif isinstance(value, Loaded):
        _opaque(interpreter, value.names, "what a session has read is deleted")
    else:
        names = interpreter.recorder.names_read if isinstance(value, Unknown) else None
        _opaque(interpreter, names, "an object that isn't known is deleted by a session")
    return None


def bulk_insert(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`session.bulk_insert_mappings(…)`."""
    table = table_of(arguments.get(0, "mapper"))
    if table is None:
        return _opaque(interpreter, None, "rows are inserted by a session, and their table isn't known")
    _record(interpreter, InsertRows(_name(table), _keys(table, arguments)))
    return None


def bulk_update(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`session.bulk_update_mappings(…)`: the key says which row, everything else is set."""
    table = table_of(arguments.get(0, "mapper"))
    columns = _keys(table, arguments) if table is not None else None
    if table is None or columns is None:
        names = frozenset({_name(table)}) if table is not None else None
        return _opaque(interpreter, names, "rows are updated by a session, and it isn't known which columns")
    keys = _key_columns(table)
    _record(interpreter, UpdateRows(_name(table), tuple(c for c in columns if c not in keys), has_where=True))
    return None


def _key_columns(table: sa.TableClause) -> set[str]:
    """The columns that say which row is meant, and so aren't set."""
    return {column.name for column in table.primary_key} if isinstance(table, sa.Table) else {"id"}


def _keys(table: sa.TableClause, arguments: Arguments) -> tuple[str, ...] | None:
    """The columns that a list of mappings names; None where they aren't known."""
    rows = arguments.get(1, "mappings")
    if not isinstance(rows, list | tuple) or not all(isinstance(row, dict) for row in rows):
        return None
    keys = {key: None for row in rows for key in row}
    return _columns(table, keys, class_of(table)) if all(isinstance(key, str) for key in keys) else None


def _columns(table: sa.TableClause, attributes: Mapping[str, Value], cls: Class | None) -> tuple[str, ...]:
    """The columns that are given values; what an object has of its class alone isn't."""
    given = (name for name, value in attributes.items() if not isinstance(value, sa.Column))
    return tuple(column for name in given if (column := column_of(table, cls, name)) is not None)


def _name(table: sa.TableClause) -> Name:
    return name_of(table.name, table.schema)


def _record(interpreter: Interpreter, *changes: Change) -> None:
    interpreter.recorder.changed("", changes)


def _follow(interpreter: Interpreter, table: Name, cls: Value) -> None:
    """What `relationship()` says of an object that is deleted: the rows that refer to it go too, or lose their key.

    See https://docs.sqlalchemy.org/en/20/orm/cascades.html.
    """
    if isinstance(cls, Class) and not _has_relationships(cls):
        return
    what = cls.name if isinstance(cls, Class) else f"row of {table}"
    catalog = interpreter.recorder.catalog
    name = catalog.resolve(table)
    referring = emptied(name, catalog) - {name}
    if referring:
        _opaque(interpreter, referring, f"a {what} is deleted, and by its relationships rows that refer to it too")


def _has_relationships(cls: Class) -> bool:
    """Whether the class has some, or its module imports what makes them: another class may give it a backref."""
    own = (value for one in cls.order for value in one.attributes.values())
    is_related = any(isinstance(value, Unknown) and value.reason == NOT_A_COLUMN for value in own)
    return is_related or not _RELATING.isdisjoint(cls.module.index)


def _opaque(interpreter: Interpreter, names: frozenset[Name] | None, reason: str) -> None:
    interpreter.recorder.opaque(reason, None, names)
