"""What a table of a catalog is to the checks on its data."""

from collections.abc import Mapping

from schemaguard.catalog.objects import Catalog, Name, PrimaryKey, Table, Unique
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.verification.aggregate import Shape, kind_of
from schemaguard.verification.checks import ValueKind


def shape_of(name: Name, catalog: Catalog) -> Shape | None:
    """The shape of a table or view, None where there is none of that name."""
    found = relation(name, catalog)
    if found is None:
        return None
    types = {column.name: column.type for column in found.columns.values()}
    kinds = {column: _kind(type_, catalog) for column, type_ in types.items()}
    table = found.table
    if table is None:
        return Shape(types, kinds, is_sampled=False)
    key = table.primary_key.columns if table.primary_key is not None else ()
    return Shape(types, kinds, _unique(table, catalog), key)


def _kind(type_: Type, catalog: Catalog) -> ValueKind:
    """How values are compared; those of a domain as those of the type beneath."""
    for _ in range(len(catalog.domains) + 1):
        name = Name(type_.name, type_.schema or "public")
        if type_.dimensions or type_.is_built_in:
            break
        if name in catalog.enums:
            return ValueKind.LABEL
        if name not in catalog.domains:
            break
        type_ = catalog.domains[name].base
    return kind_of(type_)


def _unique(table: Table, catalog: Catalog) -> Mapping[str, str]:
    """Columns that the server keeps free of duplicates over all rows that a query of the table sees, and by what."""
    if any(table.name in other.inherits for other in catalog.tables.values()):
        return {}  # A child's rows are seen as well, and no index of the parent covers them.
    indexes = [catalog.indexes[name] for name in catalog.indexes_of.get(table.name, ())]
    # ALTER TABLE ONLY gives a partitioned table a constraint that no partition has to keep.
    unkept = {index.constraint for index in indexes if not index.valid}
    found: dict[str, str] = {}
    keys = [constraint for constraint in table.constraints if isinstance(constraint, PrimaryKey | Unique)]
    for constraint in keys:
        if len(constraint.columns) == 1 and constraint.name not in unkept:
            found[constraint.columns[0]] = constraint.name or ""
    for index in indexes:
        column = index.keys[0].column if len(index.keys) == 1 else None
        if index.unique and index.valid and index.predicate is None and column is not None:
            found.setdefault(column, index.name.name)
    return found
