"""What a contract's table is in a catalog: a table, or a view that shows one, with columns that may be unknown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemaguard.catalog.objects import Catalog, Column, Name, Table


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view; `is_open` says that it may have columns nobody listed."""

    name: Name
    columns: Mapping[str, Column] = field(default_factory=dict)
    table: Table | None = None
    """The table itself; None for a view."""
    is_open: bool = False

    def column(self, name: str) -> Column | None:
        """The column of that name, None where there is none or it isn't known."""
        return self.columns.get(name)


def relation(name: Name, catalog: Catalog) -> Relation | None:
    """What the name means in the catalog, None where there is nothing of that name."""
    resolved = catalog.resolve(name)
    table = catalog.tables.get(resolved)
    if table is not None:
        return Relation(resolved, {column.name: column for column in table.columns}, table, table.open)
    view = catalog.views.get(resolved)
    if view is None:
        return None
    return Relation(resolved, {c.name: c for c in view.columns or ()}, None, view.columns is None)
