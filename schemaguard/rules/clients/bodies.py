"""Bodies of functions that name what is gone: the server looks them up only when they run.

Source: https://www.postgresql.org/docs/18/plpgsql-implementation.html#PLPGSQL-PLAN-CACHING
"""

from collections.abc import Iterable, Iterator

from schemaguard.catalog.changes import (
    Change,
    DropColumn,
    DropObject,
    DropTable,
    MoveTable,
    RenameColumn,
    RenameObject,
    RenameTable,
)
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.standing import CALLABLE, VIEWS
from schemaguard.sql.reading.bodies import Body, read_body

Stale = tuple[Name, str, str]
"""A function, what its body names, and the SQLSTATE with which it fails."""


def stale(change: Change, before: Catalog, after: Catalog) -> Iterator[Stale]:
    """The functions that the catalog `after` still has, and that name what the change has taken away by then."""
    match change:
        case DropColumn(table=table, column=column) | RenameColumn(table=table, column=column):
            yield from _of_column(before.resolve(table), column, before, after)
        case DropTable(table=table) | RenameTable(table=table) | MoveTable(table=table):
            yield from _of_relation(table, before, after)
        case DropObject(kind=kind, object=name) | RenameObject(kind=kind, object=name) if kind in VIEWS:
            yield from _of_relation(name, before, after)
        case DropObject(kind=kind, object=name) | RenameObject(kind=kind, object=name) if kind in CALLABLE:
            yield from _of_function(name, after)
        case _:
            return


def _bodies(catalog: Catalog) -> Iterator[tuple[Name, Body]]:
    for (name, _), function in catalog.functions.items():
        body = read_body(function.language, function.body)
        if body.is_read and body.words:
            yield name, body


def _of_column(table: Name, column: str, before: Catalog, after: Catalog) -> Iterator[Stale]:
    left, view = after.tables.get(table), after.views.get(table)
    if left is not None and left.column(column) is not None:
        return
    if view is not None and (view.columns is None or any(each.name == column for each in view.columns)):
        return
    fired = {trigger.function.name for trigger in left.triggers} if left is not None else set()
    for name, body in _bodies(after):
        named = {before.resolve(relation) for relation in body.relations}
        is_field = name.name in fired and column in body.row_fields
        # A body that names other tables with such a column, too, may mean theirs.
        is_meant = table in named and column in body.words and not _has_other(named, table, column, after)
        if is_field or is_meant:
            yield name, f"{table}.{column}", "42703"


def _has_other(named: Iterable[Name], table: Name, column: str, catalog: Catalog) -> bool:
    """Whether another of the named tables has such a column."""
    others = (catalog.tables.get(name) for name in named if name != table)
    return any(other is not None and other.column(column) is not None for other in others)


def _of_relation(written: Name, before: Catalog, after: Catalog) -> Iterator[Stale]:
    name = before.resolve(written)
    if name in after.tables or name in after.views:
        return
    for function, body in _bodies(after):
        if any(after.resolve(relation) == name for relation in body.relations):
            yield function, str(name), "42P01"


def _of_function(written: Name, after: Catalog) -> Iterator[Stale]:
    if any(known.name == written.name for known, _ in after.functions):
        return
    for function, body in _bodies(after):
        if any(called.name == written.name and called.schema in (None, written.schema) for called in body.called):
            yield function, f"{written}()", "42883"
