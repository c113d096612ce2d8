"""A column's definition, as in CREATE TABLE and ADD COLUMN."""

from schemaguard.catalog.objects import Column, Constraint, Identity, PrimaryKey, Unique
from schemaguard.frozen import dataclass, replace
from schemaguard.sql.reading.cursor import Cursor, spelled
from schemaguard.sql.reading.grammar.constraints import attributes, check, index_parameters, nulls_distinct, references
from schemaguard.sql.reading.syntax.commands import foreign_option
from schemaguard.sql.reading.syntax.expressions import restricted

_STOPS = (
    "constraint", "not", "null", "unique", "primary", "check", "references", "generated", "default", "deferrable",
    "initially", "collate", "storage", "compression", ",",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """A column, the constraints written on it, and whether its type was written as serial."""

    column: Column
    constraints: tuple[Constraint, ...] = ()
    serial: bool = False


def column_definition(cursor: Cursor) -> ColumnDefinition:
    """A column's name, type and constraints."""
    name = cursor.identifier()
    type_, serial = cursor.type()
    return column_constraints(cursor, Column(name, type_, not_null=serial), serial)


def column_constraints(cursor: Cursor, column: Column, serial: bool = False) -> ColumnDefinition:
    """What may follow a column's type."""
    constraints: list[Constraint] = []
    while not cursor.is_done and cursor.key not in (",", ")"):
        name = cursor.identifier() if cursor.accept("constraint") else None
        found = _constraint(cursor, column, name)
        if isinstance(found, Column):
            column = found
        else:
            constraints.append(found)
            if isinstance(found, PrimaryKey):
                column = replace(column, not_null=True)
    return ColumnDefinition(column, tuple(constraints), serial)


def _constraint(cursor: Cursor, column: Column, name: str | None) -> Column | Constraint:
    match cursor.key:
        case "not" if cursor.accept("not", "null"):
            attributes(cursor, of_column=True)
            return replace(column, not_null=True)
        case "null":
            cursor.take()
            return column
        case "default":
            cursor.take()
            return replace(column, default=default_expression(cursor))
        case "check":
            cursor.take()
            return check(cursor, name, of_column=True)
        case "references":
            cursor.take()
            return references(cursor, name, (column.name,), of_column=True)
        case "primary" | "unique":
            return _key(cursor, column.name, name)
        case "generated":
            cursor.take()
            return _generated(cursor, column)
        case "deferrable" | "initially" | "not" | "enforced" | "no":
            before = cursor.at
            attributes(cursor, of_column=True)
            if cursor.at == before:
                raise cursor.refusal("a column constraint")
            return column
        case _:
            return _setting(cursor, column)


def _setting(cursor: Cursor, column: Column) -> Column:
    """COLLATE, STORAGE, COMPRESSION and the OPTIONS of a foreign table's column."""
    if cursor.accept("collate"):
        return replace(column, collation=spelled(cursor.any_name()))
    if cursor.accept_one("storage", "compression"):
        cursor.label()
        return column
    if cursor.accept("options"):
        cursor.options(foreign_option)
        return column
    raise cursor.refusal("a column constraint")


def _key(cursor: Cursor, column: str, name: str | None) -> PrimaryKey | Unique:
    if cursor.accept("unique"):
        distinct = nulls_distinct(cursor)
        include = index_parameters(cursor)
        given = attributes(cursor, of_column=True)
        return Unique(name, (column,), include, distinct, given.deferrable, given.initially_deferred)
    cursor.expect("primary", "key")
    include = index_parameters(cursor)
    given = attributes(cursor, of_column=True)
    return PrimaryKey(name, (column,), include, given.deferrable, given.initially_deferred)


def _generated(cursor: Cursor, column: Column) -> Column:
    identity: Identity = "always"
    if cursor.accept("by", "default"):
        identity = "by default"
    else:
        cursor.expect("always")
    cursor.expect("as")
    if cursor.accept("identity"):
        if cursor.key == "(":
            cursor.parenthesized()
        return replace(column, identity=identity, not_null=True)
    if identity != "always":
        raise cursor.refusal("IDENTITY")
    expression = cursor.enclosed_expression()
    if cursor.accept("stored"):
        return replace(column, generated=expression, generated_stored=True)
    cursor.accept("virtual")
    return replace(column, generated=expression, generated_stored=False)


def default_expression(cursor: Cursor) -> str:
    """The expression behind DEFAULT in a column's definition, which ends where a constraint begins."""
    return cursor.follow(restricted, *_STOPS)
