"""What a statement does that says IF EXISTS of something that no migration has made: nothing."""

from collections.abc import Iterable

from schemaguard.catalog.changes import Change, DropColumn, DropConstraint, DropIndex, DropObject, DropTable, Opaque
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.standing import CALLABLE, is_there
from schemaguard.sql.queries.traced import is_of_the_server
from schemaguard.sql.reading.if_exists import altered_if_it_exists

_UNLISTED = (*CALLABLE, "type", "domain", "schema", "extension")


def finds_nothing(sql: str, changes: Iterable[Change], catalog: Catalog) -> bool:
    """Whether the statement alters a relation if it exists, and the catalog has none of that name.

    Of a statement that isn't known as a whole nothing is said.
    """
    name = altered_if_it_exists(sql)
    if name is None or any(isinstance(change, Opaque) for change in changes):
        return False
    return is_absent(name, catalog)


def is_absent(name: Name, catalog: Catalog) -> bool:
    """Whether no statement has made such a relation, nor can one have that couldn't be read."""
    if catalog.clouded is None or is_of_the_server(name):
        return False
    found = catalog.resolve(name)
    if found in catalog.clouded:
        return False
    return not any(
        found in store
        for store in (catalog.tables, catalog.views, catalog.indexes, catalog.sequences, catalog.composites)
    )


def knows_nothing(catalog: Catalog) -> bool:
    """Whether no statement before has made anything: who then drops something goes on from what others made."""
    return not (
        catalog.tables or catalog.views or catalog.indexes or catalog.sequences or catalog.functions
        or catalog.enums or catalog.domains or catalog.composites or catalog.opaque or catalog.gone
    )  # fmt: skip


def drops_nothing(change: Change, catalog: Catalog) -> bool:
    """Whether the change drops, if it exists, what isn't there."""
    match change:
        case DropTable(table=name, if_exists=True) | DropIndex(index=name, if_exists=True):
            return is_absent(name, catalog)
        case DropObject(kind="view" | "materialized view" | "sequence", object=name, if_exists=True):
            return is_absent(name, catalog)
        case DropObject(kind="trigger" | "policy" as kind, object=part, on=Name() as name, if_exists=True):
            table = catalog.table(name)
            is_known = table is not None and not table.open and not catalog.opaque
            return is_absent(name, catalog) or (is_known and not is_there(catalog, kind, part, name))
        case DropObject(kind=kind, object=name, if_exists=True, arguments=arguments) if kind in _UNLISTED:
            # Nothing tells which of these a statement may have made that couldn't be read.
            return not catalog.opaque and not is_there(catalog, kind, name, arguments=arguments)
        case DropColumn(table=name, column=part, if_exists=True):
            table = catalog.table(name)
            return table is not None and not table.open and table.column(part) is None
        case DropConstraint(table=name, constraint=part, if_exists=True):
            table = catalog.table(name)
            return table is not None and not table.open and table.constraint(part) is None
        case _:
            return False
