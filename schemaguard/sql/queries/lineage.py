"""From a query to the base columns it reads, followed through views, CTEs and subqueries.

A relation or column that the catalog doesn't know is an error, never an empty answer. sqlglot is imported when the
first query is traced: importing it costs as much as reading a history.
"""

from schemaguard.catalog.changes import Change, CreateTable, CreateView
from schemaguard.catalog.objects import Catalog, Column, Table, View
from schemaguard.catalog.refusal import Refusal
from schemaguard.frozen import replace
from schemaguard.sql.queries.traced import Lineage, Output, Source, Untraceable


def trace(query: str, catalog: Catalog) -> Lineage:
    """What a query returns and reads, over a catalog.

    Raises Untraceable where a relation or column isn't known, or the text is not a query.
    """
    from schemaguard.sql.queries.tracing import trace_query

    return trace_query(query, catalog)


def view_outputs(view: View, catalog: Catalog) -> tuple[Output, ...]:
    """What a view shows, each column with the base columns that it is made of; raises Untraceable as `trace` does."""
    from schemaguard.sql.queries.tracing import view_lineage

    return tuple(view_lineage(view, catalog)[0])


def base_columns(query: str, catalog: Catalog) -> frozenset[Source]:
    """The base columns that a query names anywhere; raises Untraceable as `trace` does."""
    return trace(query, catalog).reads


def view_columns(view: View, catalog: Catalog) -> View:
    """The view with its columns and what it reads, as far as its query can be traced over the catalog.

    Where it can't, the columns are those that the statement lists (None where it lists none), and the view reads whole
    relations: `reads` then has None in place of columns.
    """
    try:
        lineage = trace(view.query, catalog)
    except Untraceable:
        return view
    columns = tuple(Column(output.name, output.type) for output in lineage.outputs)
    if view.columns is not None:
        _refuse_more_names(len(view.columns), len(columns), "CREATE VIEW specifies more column names than columns")
        columns = tuple(
            replace(column, name=given.name) for column, given in zip(columns, view.columns, strict=False)
        ) + tuple(columns[len(view.columns) :])
    named = {relation for relation, _ in lineage.direct}
    whole = frozenset((relation, None) for relation in lineage.relations - named)
    return replace(view, columns=columns, reads=lineage.direct | whole)


def complete(change: Change, catalog: Catalog) -> Change:
    """The change with what only the catalog can tell: the columns of a view, or of a table made from a query.

    Raises Refusal where more names are given than the query has columns.
    """
    match change:
        case CreateView():
            return replace(change, view=view_columns(change.view, catalog))
        case CreateTable() if change.as_query is not None:
            return replace(change, table=_made_from(change.table, change.as_query, catalog))
        case _:
            return change


def _made_from(table: Table, query: str, catalog: Catalog) -> Table:
    text = query
    for ending in ("with no data", "with data"):
        if text.lower().rstrip().endswith(ending):
            text = text.rstrip()[: -len(ending)]
    try:
        outputs = trace(text, catalog).outputs
    except Untraceable:
        return table
    columns = [Column(output.name, output.type, collation=output.collation) for output in outputs]
    names = [column.name for column in table.columns]
    _refuse_more_names(len(names), len(columns), "too many column names were specified")
    columns = [replace(c, name=names[at]) if at < len(names) else c for at, c in enumerate(columns)]
    return replace(table, columns=tuple(columns), open=False)


def _refuse_more_names(names: int, columns: int, message: str) -> None:
    if names > columns:
        raise Refusal(message, "42601")
