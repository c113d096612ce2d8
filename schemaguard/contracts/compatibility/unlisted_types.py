"""Changes of types that the history never made: it isn't known what was there before, but what the change says is."""

from collections.abc import Iterator

from schemaguard.catalog import expressions
from schemaguard.catalog.changes import (
    AddColumn,
    AlterComposite,
    AlterDomain,
    Change,
    DropColumn,
    DropObject,
    RenameColumn,
    RetypeColumn,
)
from schemaguard.catalog.extensions import EXTENSIONS
from schemaguard.catalog.fold.draft import UNKNOWN_TYPE
from schemaguard.catalog.objects import Catalog, Column, Name
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility.attributes import attributes_changed
from schemaguard.contracts.compatibility.bounds import is_implied, promised_bounds
from schemaguard.contracts.compatibility.hidden import Flaw
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.contract import Access, ContractTable, Promise


def unlisted_type_shifts(part: ContractTable, before: Catalog, change: Change, query: str | None) -> Iterator[Flaw]:
    """What a reader or writer may feel of a type that changes and that the catalog doesn't know; `query` is its own."""
    match change:
        case AlterDomain(domain=name) if _resolved(name, before) not in before.domains:
            for promise in _of_type(part, name, before):
                if not (change.action.lower() == "drop not null" and _is_filled(part, promise, before)):
                    yield from _domain(promise, change, part.access)
        case AlterComposite(type=name) if _resolved(name, before) not in before.composites:
            yield from _attributes(part, name, before, _around(change), query)
        case DropColumn(table=name) | RenameColumn(table=name) | AddColumn(table=name) | RetypeColumn(table=name) if (
            # Every table is a type, too, which a column may be of.
            before.resolve(name) not in before.tables
        ):
            yield from _attributes(part, name, before, _around(change), query)
        case DropObject(kind="type" | "domain", object=name, cascade=True):
            for promise in _of_type(part, name, before):
                if _is_unlisted(part, promise, before):
                    yield "column-dropped", promise.column, f"{name} is dropped with CASCADE"
        case DropObject(kind="extension", object=name, cascade=True):
            members = EXTENSIONS.get(name.name)
            for promise in part.promises if members is not None else ():
                is_member = promise.type is not None and members is not None and promise.type.name in members.types
                if is_member and _is_unlisted(part, promise, before):
                    yield "column-dropped", promise.column, f"{name} is dropped with CASCADE"
        case _:
            return


def _is_filled(part: ContractTable, promise: Promise, catalog: Catalog) -> bool:
    """Whether the column itself is NOT NULL, whatever its domain says."""
    shown = relation(part.table, catalog)
    column = shown.column(promise.column) if shown is not None else None
    return column is not None and column.not_null


def _is_unlisted(part: ContractTable, promise: Promise, catalog: Catalog) -> bool:
    """Whether only the contract knows the column: of one that the catalog lists the cascade is followed there."""
    shown = relation(part.table, catalog)
    return shown is None or (shown.is_open and shown.column(promise.column) is None)


Attributes = tuple[tuple[Column, ...], tuple[Column, ...]]
"""Those that a change names: before it, and after it."""


def _around(change: AlterComposite | DropColumn | RenameColumn | AddColumn | RetypeColumn) -> Attributes:
    match change:
        case AlterComposite(action="add", to=Column() as new) | AddColumn(column=new):
            return (), (new,)
        case AlterComposite(attribute=old, to=Column() as new):
            return (_column(old),), (new,)
        case RetypeColumn(column=old, type=type_):
            return (_column(old),), (Column(old, type_),)
        case AlterComposite(attribute=old, to=str() as to) | RenameColumn(column=old, to=to):
            return (_column(old),), (_column(to),)
        case AlterComposite(attribute=old) | DropColumn(column=old):
            return (_column(old),), ()


def _column(name: str) -> Column:
    return Column(name, UNKNOWN_TYPE)


def _attributes(
    part: ContractTable, type_: Name, catalog: Catalog, around: Attributes, query: str | None
) -> Iterator[Flaw]:
    for promise in _of_type(part, type_, catalog):
        yield from attributes_changed(promise.column, around, query, part.access)


def _resolved(name: Name, catalog: Catalog) -> Name:
    return name if name.schema is not None else Name(name.name, (*catalog.search_path, "public")[0])


def _of_type(part: ContractTable, name: Name, catalog: Catalog) -> Iterator[Promise]:
    shown = relation(part.table, catalog)
    for promise in part.promises:
        column = shown.column(promise.column) if shown is not None else None
        type_: Type | None = column.type if column is not None and column.type.name != "unknown" else promise.type
        if type_ is None or type_.is_built_in or type_.name != name.name:
            continue
        if name.schema is None or (type_.schema or "public") == name.schema:
            yield promise


def _domain(promise: Promise, change: AlterDomain, access: Access) -> Iterator[Flaw]:
    bounds = promised_bounds(promise)
    is_bounded = bounds.minimum is not None or bounds.maximum is not None or bounds.values is not None
    match change.action.lower():
        case "set not null" if access == "write" and not promise.required:
            yield "null-refused", promise.column, ""
        case "drop not null" if access == "read" and promise.required:
            yield "null-possible", promise.column, ""
        case "add constraint" if access == "write" and change.check is not None:
            definition = expressions.renamed(change.check.definition, "value", promise.column)
            check = type(change.check)(change.check.name, definition, (promise.column,))
            if not is_implied(check, promise):
                yield "check-added", promise.column, str(change.check.name or "")
        case "drop constraint" if access == "read" and is_bounded:
            yield "check-dropped", promise.column, str(change.constraint or "")
        case "set default" | "drop default" if access == "read":
            yield "default-changed", promise.column, ""
        case _:
            return
