"""What a reader was promised and a catalog doesn't give."""

from collections.abc import Iterator

from schemaguard.catalog.objects import Catalog, Column, EnumType, Name, PrimaryKey, Table, Unique
from schemaguard.contracts.compatibility.arriving_types import cause_between
from schemaguard.contracts.compatibility.bounds import is_within, promised_bounds, table_bounds
from schemaguard.contracts.compatibility.domains import base_type
from schemaguard.contracts.compatibility.filling import unfilled
from schemaguard.contracts.compatibility.hidden import shut
from schemaguard.contracts.compatibility.relation import Relation
from schemaguard.contracts.contract import ContractTable, Promise

UNKNOWN = "unknown"
"""The type of what only the server's functions could say."""

Flaw = tuple[str, str | None, str]
"""(cause code, column, detail)."""


def reader_flaws(part: ContractTable, shown: Relation, catalog: Catalog, was: Catalog | None = None) -> Iterator[Flaw]:
    """What of the promises to a reader the relation doesn't keep; `was` is the catalog in which they were kept."""
    yield from shut(shown.name, catalog, "read")
    empty = unfilled(shown.name, catalog)
    if empty is not None:
        yield "not-populated", None, "" if empty == shown.name else f"it reads {empty}"
    for promise in part.promises:
        home = shown.home(promise.column)
        column = shown.column(promise.column) or (home[1] if home is not None else None)
        if column is not None:
            yield from _column_flaws(promise, column, shown, (catalog, was))
        elif shown.lacks(promise.column):
            yield "column-dropped", promise.column, ""


def _column_flaws(
    promise: Promise, column: Column, shown: Relation, catalogs: tuple[Catalog, Catalog | None]
) -> Iterator[Flaw]:
    catalog, was = catalogs
    if promise.type is not None and column.type.name != UNKNOWN:
        cause = cause_between(promise.type, column.type, "read", catalog, was)
        if cause is not None:
            yield cause, column.name, f"{column.type} instead of {promise.type}"
    home = shown.home(promise.column)
    if home is None:
        return  # What a view computes may be anything of its type.
    table, below = home
    if promise.required and below.is_listed and not is_required(below, table):
        yield "null-possible", column.name, ""
    extra = unexpected_values(promise, below, table, catalog)
    if extra:
        yield "value-added", column.name, ", ".join(sorted(extra))


def is_required(column: Column, table: Table) -> bool:
    """Whether the column never holds NULL."""
    key = table.primary_key
    return column.not_null or column.identity is not None or (key is not None and column.name in key.columns)


def unexpected_values(promise: Promise, column: Column, table: Table, catalog: Catalog) -> frozenset[str]:
    """Values that the column may hold by its enum or checks, and a closed-world reader doesn't know."""
    possible = possible_values(column, table, catalog)
    if promise.enum is None or possible is None:
        return frozenset()
    return possible - set(promise.enum)


def possible_values(column: Column, table: Table, catalog: Catalog) -> frozenset[str] | None:
    """The closed list of the column's values, None where there is no list."""
    labels = labels_of(column, catalog)
    return labels if labels is not None else table_bounds(table, column.name).values


def is_enum(column: Column, catalog: Catalog) -> bool:
    """Whether the column's type is an enum."""
    return labels_of(column, catalog) is not None


def enum_of(column: Column, catalog: Catalog) -> EnumType | None:
    """The column's enum, None where its type is none."""
    type_ = base_type(column.type, catalog)
    for name, enum in catalog.enums.items():
        if name.name == type_.name and (type_.schema or name.schema) == name.schema:
            return enum
    return None


def labels_of(column: Column, catalog: Catalog) -> frozenset[str] | None:
    """The labels of the column's enum, None where its type is none."""
    enum = enum_of(column, catalog)
    return frozenset(enum.labels) if enum is not None else None


def promised_bounds_kept(promise: Promise, table: Table, column: str) -> tuple[bool, bool]:
    """Whether checks keep the promised (minimum, maximum)."""
    said, promised = table_bounds(table, column), promised_bounds(promise)
    return (
        promised.minimum is not None and is_within(said.minimum, promised.minimum),
        promised.maximum is not None and is_within(said.maximum, promised.maximum),
    )


def arbiters(table: Table, catalog: Catalog) -> frozenset[frozenset[str]]:
    """The sets of columns that ON CONFLICT can name: not those that are only looked at later.

    Source: "conflict_target" of https://www.postgresql.org/docs/18/sql-insert.html.
    """
    keys = [key for key in table.constraints if isinstance(key, PrimaryKey | Unique)]
    late = {key.name for key in keys if key.deferrable or key.without_overlaps}
    at_once = {frozenset(key.columns) for key in keys if key.name not in late}
    return frozenset(at_once | {columns for name, columns in _unique_indexes(table, catalog) if name.name not in late})


def unique_sets(table: Table, catalog: Catalog) -> frozenset[frozenset[str]]:
    """The sets of columns that the table keeps free of duplicates, over all rows."""
    keys = {frozenset(c.columns) for c in table.constraints if isinstance(c, PrimaryKey | Unique)}
    return frozenset(keys | {columns for _, columns in _unique_indexes(table, catalog)})


def _unique_indexes(table: Table, catalog: Catalog) -> Iterator[tuple[Name, frozenset[str]]]:
    for name in catalog.indexes_of.get(table.name, ()):
        index = catalog.indexes[name]
        if index.unique and index.valid and index.predicate is None and all(key.column for key in index.keys):
            yield name, frozenset(str(key.column) for key in index.keys)
