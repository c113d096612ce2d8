"""alembic-postgresql-enum: `op.sync_enum_values` and `op.add_enum_value`, statement by statement.

The package need not be installed. Source: its `operations` and `sql_commands`, as released.
"""

import re
from collections.abc import Iterator

import sqlalchemy as sa

from schemaguard.catalog.objects import Name
from schemaguard.evaluation.database.texts import printed_default
from schemaguard.evaluation.effects.connections import send
from schemaguard.evaluation.host.modelled import Call, module, native
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Modelled, Unknown, Unsupported, Value
from schemaguard.frozen import dataclass, replace

_COMPARISONS = (("!=", "new_old_not_equals"), ("=", "new_old_equals"))
_COMMON, _ARRAY = (Modelled(f"ColumnType.{name}", lambda _, __: NOTHING) for name in ("COMMON", "ARRAY"))
_SHORTEST_REFERENCE = _INDEX_PARTS = _AT_SCHEMA = 2


@dataclass(frozen=True, slots=True)
class _Reference:
    """A column whose type is the enum, as `TableReference` names it."""

    table: str
    column: str
    schema: str | None
    has_schema: bool
    """Whether it says a schema, be it none; else it is the enum's."""
    is_array: bool
    default: str | None

    @property
    def full_name(self) -> str:
        """The table, quoted, with its schema."""
        return f'"{self.schema}"."{self.table}"' if self.schema else f'"{self.table}"'


@dataclass(frozen=True, slots=True)
class _Enum:
    """What one call is to make of an enum."""

    schema: str
    name: str
    values: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    references: tuple[_Reference, ...]
    indexes: tuple[tuple[str, str], ...]

    @property
    def new(self) -> str:
        """Its full name."""
        return f'"{self.schema}"."{self.name}"'

    @property
    def old(self) -> str:
        """The full name that the old one has meanwhile."""
        return f'"{self.schema}"."{self.name}_old"'


def _sync(interpreter: Interpreter, arguments: Arguments) -> Value:
    try:
        enum = _asked_for(interpreter, arguments)
    except Unsupported as reason:
        interpreter.recorder.opaque(f"op.sync_enum_values(): {reason}", None)
        return None
    for text in _statements(enum):
        send(interpreter, sa.text(text), None)
    return None


def _add(interpreter: Interpreter, arguments: Arguments) -> Value:
    try:
        schema, name, value = (
            _text(arguments.get(at, key)) for at, key in enumerate(("enum_schema", "enum_name", "new_value"))
        )
        neighbour = arguments.get(3, "before_value")
        # As the package does: what it calls the value before which to add is the one behind which it adds.
        behind = f" AFTER '{_text(neighbour)}'" if neighbour is not None else ""
    except Unsupported as reason:
        interpreter.recorder.opaque(f"op.add_enum_value(): {reason}", None)
        return None
    send(interpreter, sa.text(f'ALTER TYPE "{schema}"."{name}" ADD VALUE \'{value}\'{behind}'), None)
    return None


# The statements, in the order in which the package sends them


def _statements(enum: _Enum) -> Iterator[str]:
    yield f'ALTER TYPE {enum.new} RENAME TO "{enum.name}_old"'
    labels = ", ".join(f"'{value}'" for value in enum.values)
    yield f"CREATE TYPE {enum.new} AS ENUM({labels})"
    for operator, function in _COMPARISONS:
        yield from _comparison(enum, operator, function)
    for name, _ in enum.indexes:
        parts = [part.strip('"') for part in name.rsplit(".", 1)]
        full_name = '"."'.join(parts)
        yield f'DROP INDEX IF EXISTS "{full_name}"'
    for reference in enum.references:
        yield from _retyped(enum, reference)
    for operator, function in _COMPARISONS:
        yield f'DROP OPERATOR IF EXISTS "{enum.schema}".{operator} ( {enum.new}, {enum.old} )'
        yield f'DROP FUNCTION "{enum.schema}".{function}( new_enum_val {enum.new}, old_enum_val {enum.old} )'
    yield f"DROP TYPE {enum.old}"
    for _, definition in enum.indexes:
        yield _renamed_in_index(enum, definition)


def _comparison(enum: _Enum, operator: str, function: str) -> Iterator[str]:
    full = f'"{enum.schema}".{function}'
    cases = " ".join(f"WHEN old_enum_val::text = '{old}' THEN '{new}'" for old, new in enum.renamed)
    old_value = f"CASE {cases} ELSE old_enum_val::text END" if cases else "old_enum_val::text"
    yield (
        f"CREATE FUNCTION {full}( new_enum_val {enum.new}, old_enum_val {enum.old} ) RETURNS boolean AS $$ "
        f"SELECT new_enum_val::text {operator} {old_value}; $$ LANGUAGE SQL IMMUTABLE"
    )
    yield (
        f'CREATE OPERATOR "{enum.schema}".{operator} ( leftarg = {enum.new}, rightarg = {enum.old}, '
        f"procedure = {full} )"
    )


def _retyped(enum: _Enum, reference: _Reference) -> Iterator[str]:
    alter = f'ALTER TABLE {reference.full_name} ALTER COLUMN "{reference.column}"'
    if reference.default is not None:
        yield f"{alter} DROP DEFAULT"
    yield f"{alter} TYPE {_using(enum, reference)}"
    if reference.default is not None:
        yield f"{alter} SET DEFAULT {_default(enum, reference.default)}"


def _using(enum: _Enum, reference: _Reference) -> str:
    column = f'"{reference.column}"'
    if reference.is_array:
        cast = f"{column}::text[]"
        for old, new in enum.renamed:
            cast = f"array_replace({cast}, '{old}', '{new}')"
        return f"{enum.new}[] USING {cast}::{enum.new}[]"
    if not enum.renamed:
        return f"{enum.new} USING {column}::text::{enum.new}"
    cases = " ".join(f"WHEN {column}::text = '{old}' THEN '{new}'::{enum.new}" for old, new in enum.renamed)
    return f"{enum.new} USING CASE {cases} ELSE {column}::text::{enum.new} END"


def _default(enum: _Enum, default: str) -> str:
    """A default with the names of the labels and of the type as they are now."""
    type_ = f"{enum.schema}.{enum.name}" if enum.schema else enum.name
    if default.startswith("ARRAY["):
        return re.sub(r"::[.\w]+", lambda _: f"::{type_}", _relabelled(enum, default))
    ending = "[]" if default.endswith("[]") else ""
    return f"{_relabelled(enum, default[: default.find('::')])}::{type_}{ending}"


def _relabelled(enum: _Enum, text: str) -> str:
    for old, new in enum.renamed:
        text = text.replace(f"'{old}'", f"'{new}'").replace(f'"{old}"', f'"{new}"')
    return text


def _renamed_in_index(enum: _Enum, definition: str) -> str:
    names = (enum.name, f"{enum.schema}.{enum.name}") if enum.schema else (enum.name,)
    for old, new in enum.renamed:
        for name in names:
            definition = definition.replace(f"'{old}'::{name}", f"'{new}'::{name}")
    return definition


# What a call asks for


def _asked_for(interpreter: Interpreter, arguments: Arguments) -> _Enum:
    """What a call asks for. Raises Unsupported where that isn't known."""
    if arguments.is_open:
        raise Unsupported("not all of its arguments are known")
    schema = _text(arguments.get(0, "enum_schema"))
    references = _listed(interpreter, arguments.get(3, "affected_columns"))
    return _Enum(
        schema,
        _text(arguments.get(1, "enum_name")),
        tuple(_text(value) for value in _listed(interpreter, arguments.get(2, "new_values"))),
        tuple(_pair(interpreter, one) for one in _listed(interpreter, arguments.get(4, "enum_values_to_rename", ()))),
        tuple(_reference(interpreter, one, schema) for one in references),
        tuple(_index(one) for one in _listed(interpreter, arguments.get(5, "indexes_to_recreate") or ())),
    )


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise Unsupported(value.reason if isinstance(value, Unknown) else "an argument is not text")
    return value


def _listed(interpreter: Interpreter, value: Value) -> list[Value]:
    found = interpreter.iterate(value)
    if found is None:
        raise Unsupported(value.reason if isinstance(value, Unknown) else "how many items there are isn't known")
    return interpreter.budget.listed(found)


def _pair(interpreter: Interpreter, value: Value) -> tuple[str, str]:
    old, new = _listed(interpreter, value)
    return _text(old), _text(new)


def _index(value: Value) -> tuple[str, str]:
    if not (isinstance(value, tuple) and len(value) == _INDEX_PARTS):
        raise Unsupported("which indexes are made anew isn't known")
    return _text(value[0]), _text(value[1])


def _reference(interpreter: Interpreter, value: Value, schema: str) -> _Reference:
    if isinstance(value, _Reference):
        return value if value.has_schema else replace(value, schema=schema)
    # As older versions wrote it: (table, column) or (table, column, type).
    if not isinstance(value, tuple) or len(value) < _SHORTEST_REFERENCE:
        raise Unsupported(value.reason if isinstance(value, Unknown) else "which columns have the enum isn't known")
    table, column = _text(value[0]), _text(value[1])
    is_array = len(value) > _SHORTEST_REFERENCE and value[2] is _ARRAY
    return _Reference(table, column, schema, True, is_array, _default_of(interpreter, Name(table, schema), column))


def _default_of(interpreter: Interpreter, table: Name, column: str) -> str | None:
    """The default of a column as the server prints it."""
    found = interpreter.recorder.catalog.tables.get(table)
    known = next((one for one in found.columns if one.name == column), None) if found is not None else None
    return printed_default(known.default, known.type) if known is not None and known.default is not None else None


def _table_reference(_: Interpreter, arguments: Arguments) -> Value:
    schema, default = arguments.get(2, "table_schema"), arguments.get(4, "existing_server_default")
    try:
        return _Reference(
            _text(arguments.get(0, "table_name")),
            _text(arguments.get(1, "column_name")),
            None if schema is None else _text(schema),
            len(arguments.positional) > _AT_SCHEMA or "table_schema" in arguments.keywords,
            arguments.get(3, "column_type", _COMMON) is _ARRAY,
            None if default is None else _text(default),
        )
    except Unsupported as reason:
        return Unknown(str(reason))


def _table_index(_: Interpreter, arguments: Arguments) -> Value:
    return arguments.get(0, "name"), arguments.get(1, "definition")


_COLUMN_TYPES = module("ColumnType", {"COMMON": _COMMON, "ARRAY": _ARRAY})
NAMES: dict[str, Value] = {
    "TableReference": native("TableReference", _table_reference),
    "TableIndex": native("TableIndex", _table_index),
    "ColumnType": _COLUMN_TYPES,
}
OPERATIONS: dict[str, Call] = {"sync_enum_values": _sync, "add_enum_value": _add}
"""What `op` has where the package is imported."""
