"""foreign-key-without-index: a foreign key whose columns no index begins with."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, AddConstraint, Change, CreateTable
from schemaguard.catalog.objects import Catalog, ForeignKey, Index, Name
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.subject import of_columns
from schemaguard.rules.remedies.indexes import indexed_too
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddConstraint(table=table, constraint=ForeignKey() as key):
            keys = [key]
        case AddColumn(table=table):
            keys = [key for key in change.constraints if isinstance(key, ForeignKey)]
        case CreateTable():
            table = change.table.name
            keys = [key for key in change.table.constraints if isinstance(key, ForeignKey)]
        case _:
            return
    for key in keys:
        if not _is_indexed(table, key.columns, context.run.after):
            columns = ", ".join(key.columns)
            yield Match(
                object=of_columns(table, key.columns),
                message=f"no index of {table} begins with {columns}, which points at {key.ref_table}",
                effect=f"each DELETE in {key.ref_table}, or UPDATE of its key, reads all of {table}",
                fix=remedied(indexed_too(change, table, key.columns, context), context),
            )


def _is_indexed(table: Name, columns: tuple[str, ...], catalog: Catalog) -> bool:
    """Whether an index of the table begins with the columns once the revision is done, or the table is gone."""
    name = catalog.resolve(table)
    if name not in catalog.tables:
        return True
    indexes = (catalog.indexes[one] for one in catalog.indexes_of.get(name, ()))
    return any(
        {key.column for key in index.keys[: len(columns)]} == set(columns) and _holds_all(index, columns)
        for index in indexes
    )


def _holds_all(index: Index, columns: tuple[str, ...]) -> bool:
    """Whether rows that point somewhere are in it: a predicate may only leave out those that point nowhere."""
    return index.predicate is None or all(
        index.predicate.strip("() ").lower() == f"{column.lower()} is not null" for column in columns
    )


RULE = Rule(
    id="foreign-key-without-index",
    family=Family.BLOCKING,
    severity=Severity.WARNING,
    when="a foreign key whose columns no index of its table begins with",
    effect="each DELETE in the table that it points at, or UPDATE of its key, reads the whole table",
    instead="index the columns too",
    watches=(
        AddConstraint,
        AddColumn,
        CreateTable,
    ),
    check=_check,
    aliases=("eugene/E15",),
)
