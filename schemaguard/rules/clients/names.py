"""Whether a name still means something of the same shape once a transaction has committed."""

from schemaguard.catalog.objects import Catalog, Name


def has_relation(after: Catalog, name: Name) -> bool:
    """Whether a table or view has the name."""
    return name in after.tables or name in after.views


def has_column(after: Catalog, before: Catalog, table: Name, column: str) -> bool:
    """Whether what has the table's name has a column of that name."""
    name = before.resolve(table)
    known, view = after.tables.get(name), after.views.get(name)
    if known is not None:
        return known.column(column) is not None
    return view is not None and any(each.name == column for each in view.columns or ())
