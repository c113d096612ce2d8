"""What statements do to the rows that a contract reads: rows that go, and rows that get other values.

See https://www.postgresql.org/docs/18/ddl-inherit.html.
"""

from collections.abc import Iterable, Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, ForeignKey, Name
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.rowsource import (
    below_view,
    children,
    deleted_from,
    emptied,
    family,
    stores,
    updated_with,
)
from schemaguard.contracts.contract import ContractTable


def row_flaws(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """What a reader feels of rows that the change takes away or overwrites."""
    before = catalogs[0]
    if part.access != "read" or relation(part.table, before) is None:
        return
    match change:
        case c.DeleteRows(table=table):
            yield from _deleted(part, before, change)
        case c.TruncateTable(table=table, cascade=cascade, only=only):
            empties = emptied if cascade else family
            yield from _gone(part, before, empties(before.resolve(table), before, only=only), is_all=True)
        case c.UpdateRows():
            yield from _overwritten(part, before, change)
            yield from _updated_along(part, before, change)
        case c.DropTable(table=table) | c.DetachPartition(partition=table):
            yield from _departed(part, catalogs, before.resolve(table), str(table))
        case c.SetInheritance(table=table, inherits=False):
            yield from _departed(part, catalogs, before.resolve(table), str(table))
        case _:
            return
    if isinstance(change, c.DetachPartition) and is_unlisted(part, catalogs, change):
        yield "rows-deleted", None, f"those of {change.partition}"


def is_unlisted(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.DetachPartition) -> bool:
    """Whether a partition leaves the contract's table for good, and which partitions that has isn't known."""
    before, after = catalogs
    known, left = before.table(part.table), after.table(change.partition)
    is_meant = known is not None and known.open and known.name == before.resolve(change.table)
    return is_meant and known is not None and (left is None or left.partition_of != known.name)


def _deleted(part: ContractTable, catalog: Catalog, change: c.DeleteRows) -> Iterator[Flaw]:
    table = below_view(change.table, catalog)
    yield from _gone(part, catalog, deleted_from(table, catalog, only=change.only), is_all=not change.has_where)
    for name in stores(part.table, catalog):
        known = catalog.tables.get(name)
        for key in known.constraints if known is not None else ():
            if not isinstance(key, ForeignKey) or key.ref_table != table or not key.on_delete.startswith("SET"):
                continue
            for column in key.columns:
                if part.promise(column) is not None:
                    yield "rows-overwritten", column, f"{key.on_delete} as rows of {table} go"


def _gone(part: ContractTable, catalog: Catalog, tables: frozenset[Name], *, is_all: bool) -> Iterator[Flaw]:
    shown = catalog.resolve(part.table)
    if shown in tables and is_all and all(child.name in tables for child in children(shown, catalog)):
        yield "rows-deleted/all", None, ""
    elif found := tables & stores(part.table, catalog):
        below = sorted(str(name) for name in found if name != shown)
        yield "rows-deleted", None, f"those of {', '.join(below)}" if below else ""


def _overwritten(part: ContractTable, catalog: Catalog, change: c.UpdateRows) -> Iterator[Flaw]:
    tables = family(below_view(change.table, catalog), catalog, only=change.only)
    if tables.isdisjoint(stores(part.table, catalog)):
        return
    shown = relation(part.table, catalog)
    written = _below(change.table, (column for column in change.columns if column not in change.unchanged), catalog)
    filled = _below(change.table, change.filled, catalog)
    for promise in part.promises:
        home = shown.home(promise.column) if shown is not None else None
        if shown is None or (shown.table is None and (home is None or home[0].name not in tables)):
            continue
        column = home[1].name if home is not None else promise.column
        if column in written and not (promise.required and column in filled):
            yield "rows-overwritten", promise.column, ""
    view = catalog.views.get(catalog.resolve(part.table))
    for table, read in sorted(view.reads, key=str) if view is not None else ():
        if table in tables and read in written and not _shows(part, catalog, table, read):
            yield "rows-overwritten", None, f"its query goes by {table}.{read}"


def _updated_along(part: ContractTable, catalog: Catalog, change: c.UpdateRows) -> Iterator[Flaw]:
    """Columns that get other values because what they refer to gets others."""
    table = below_view(change.table, catalog)
    written = _below(change.table, (column for column in change.columns if column not in change.unchanged), catalog)
    shown = relation(part.table, catalog)
    for name, columns in updated_with(table, written, catalog).items():
        if name == table or name not in stores(part.table, catalog):
            continue
        for promise in part.promises:
            home = shown.home(promise.column) if shown is not None else None
            if home is not None and home[0].name == name and home[1].name in columns:
                yield "rows-overwritten", promise.column, f"ON UPDATE, as rows of {table} change"


def _below(named: Name, columns: Iterable[str], catalog: Catalog) -> frozenset[str]:
    """The columns as they are called in the table below the relation through which they are named."""
    through = relation(named, catalog)
    homes = ((through.home(column) if through is not None else None, column) for column in columns)
    return frozenset(home[1].name if home is not None else column for home, column in homes)


def _shows(part: ContractTable, catalog: Catalog, table: Name, column: str) -> bool:
    shown = relation(part.table, catalog)
    homes = shown.homes.values() if shown is not None else ()
    return any((home.name, below.name) == (table, column) for home, below in homes)


def _departed(part: ContractTable, catalogs: tuple[Catalog, Catalog], table: Name, name: str) -> Iterator[Flaw]:
    """A partition or child that leaves takes its rows along."""
    before, after = (stores(part.table, catalog) for catalog in catalogs)
    shown = catalogs[0].resolve(part.table)
    if table != shown and table in before - after and relation(part.table, catalogs[1]) is not None:
        yield "rows-deleted", None, f"those of {name}"
