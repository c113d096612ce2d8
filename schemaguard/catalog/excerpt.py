"""What a catalog says of one relation, a line each, so that two catalogs can be laid side by side."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from schemaguard.catalog import description
from schemaguard.catalog.objects import Catalog, Column, Exclusion, Name, Table, View
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One fact; `columns` are the columns that it is about, empty for the relation as a whole."""

    text: str
    columns: frozenset[str] = frozenset()


def excerpt(catalog: Catalog, relation: Name) -> tuple[Line, ...]:
    """Everything about a table or view that a contract can depend on; empty where the catalog doesn't know it.

    Of a table that was made elsewhere there are only the parts that were seen.
    """
    name = catalog.resolve(relation)
    if (table := catalog.tables.get(name)) is not None:
        return tuple(_table(table, catalog))
    if (view := catalog.views.get(name)) is not None:
        return tuple(_view(view, catalog))
    return ()


def changed(before: tuple[Line, ...], after: tuple[Line, ...]) -> tuple[tuple[str, Line], ...]:
    """The lines that differ, in order: (`-`, line) and (`+`, line)."""
    found: list[tuple[str, Line]] = []
    for what, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what != "equal":
            found += [("-", line) for line in before[start:end]]
            found += [("+", line) for line in after[new_start:new_end]]
    return tuple(found)


def _table(table: Table, catalog: Catalog) -> Iterator[Line]:
    if not table.open:
        yield Line(f"table {table.name}")
    for column in table.columns:
        yield from _column(column, catalog)
    for each in table.constraints:
        columns = (what for what, _ in each.elements) if isinstance(each, Exclusion) else each.columns
        yield _described(description.constraint(each), frozenset(columns))
    for name in catalog.indexes_of.get(catalog.resolve(table.name), ()):
        index = catalog.indexes[name]
        if index.constraint is None:
            columns = (column for key in index.keys for column in (key.column, *key.columns) if column)
            yield _described(description.index(index), frozenset(columns))
    if table.row_security:
        yield Line("row security on")
    for policy in table.policies:
        yield Line(f"policy {policy.name} for {policy.command.lower()} to {', '.join(policy.roles)}")
    yield from _rights(table)


def _view(view: View, catalog: Catalog) -> Iterator[Line]:
    yield Line(f"{'materialized view' if view.materialized else 'view'} {view.name}")
    for column in view.columns or ():
        yield from _column(column, catalog)
    yield from _rights(view)


def _rights(relation: Table | View) -> Iterator[Line]:
    if relation.owner is not None:
        yield Line(f"owner {relation.owner}")
    for grant in relation.grants:
        columns = f" ({', '.join(grant.columns)})" if grant.columns else ""
        yield Line(f"grant {grant.privilege.lower()}{columns} to {grant.grantee}", frozenset(grant.columns))


def _column(column: Column, catalog: Catalog) -> Iterator[Line]:
    about = frozenset({column.name})
    yield Line("  ".join((column.name, column.type.spelling, *description.column_notes(column))), about)
    name = Name(column.type.name, column.type.schema)
    for known in (name, Name(name.name, name.schema or "public")):
        if (enum := catalog.enums.get(known)) is not None:
            yield Line(f"enum {enum.name}  {', '.join(enum.labels)}", about)
            return
        if (domain := catalog.domains.get(known)) is not None:
            checks = "".join(f"  check {check.definition}" for check in domain.checks)
            yield Line(f"domain {domain.name}  {domain.base.spelling}{'  not null' * domain.not_null}{checks}", about)
            return


def _described(described: description.Described, columns: frozenset[str]) -> Line:
    kind, what, name = described
    return Line("  ".join(part for part in (kind, what, name) if part), columns)
