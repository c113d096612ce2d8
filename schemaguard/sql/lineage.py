"""From a query to the base columns it reads, followed through views, CTEs and subqueries.

A relation or column that the catalog doesn't know is an error, never an empty answer. sqlglot is imported when the
first query is traced: importing it costs as much as reading a history.
"""

from schemaguard.catalog.changes import Change, CreateTable, CreateView
from schemaguard.catalog.objects import Catalog, Column, Name, Table, View
from schemaguard.catalog.types import Type
from schemaguard.frozen import dataclass, replace

_SYSTEM_SCHEMAS = frozenset({"pg_catalog", "information_schema"})
Source = tuple[Name, str]
"""A relation and one of its columns."""


class Untraceable(Exception):  # noqa: N818 - an answer: what a query reads can't be shown
    """What the query reads can't be shown; the message says why, and line and column where in the text."""

    def __init__(self, why: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(why)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Output:
    """One column that a query returns."""

    name: str
    type: Type
    """`unknown` where only the server's functions and operators could say."""
    sources: frozenset[Source]
    """The base columns that its value is made of."""
    is_direct: bool = False
    """Whether it is exactly one base column, unchanged."""
    may_be_null: bool = True
    collation: str | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a query returns and reads."""

    outputs: tuple[Output, ...]
    reads: frozenset[Source]
    """Every base column that is named anywhere, views followed to their tables."""
    conditions: frozenset[Source]
    """Those of `reads` that decide which rows there are: all that are named outside of what is returned."""
    direct: frozenset[Source]
    """What is named anywhere, without following views."""
    relations: frozenset[Name]
    """The tables and views that the text itself names, resolved."""
    qualified: frozenset[Name]
    """Those that it names with their schema, which no search_path can lead elsewhere."""
    has_star: bool
    """Whether it returns `*`: another column in a table is another column of the result."""
    calls: frozenset[str] = frozenset()
    """Functions that it calls and that aren't PostgreSQL's own: what they read isn't looked into."""


def trace(query: str, catalog: Catalog) -> Lineage:
    """What a query returns and reads, over a catalog.

    Raises Untraceable where a relation or column isn't known, or the text is no query.
    """
    from schemaguard.sql.tracing import trace_query

    return trace_query(query, catalog)


def base_columns(query: str, catalog: Catalog) -> frozenset[Source]:
    """The base columns that a query names anywhere; raises Untraceable as `trace` does."""
    return trace(query, catalog).reads


def is_of_the_server(name: Name) -> bool:
    """Whether the name means one of the server's own relations, which no migration makes."""
    return name.schema in _SYSTEM_SCHEMAS or (name.schema is None and name.name.startswith("pg_"))


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
        columns = tuple(
            replace(column, name=given.name) for column, given in zip(columns, view.columns, strict=False)
        ) + tuple(columns[len(view.columns) :])
    named = {relation for relation, _ in lineage.direct}
    whole = frozenset((relation, None) for relation in lineage.relations - named)
    return replace(view, columns=columns, reads=lineage.direct | whole)


def complete(change: Change, catalog: Catalog) -> Change:
    """The change with what only the catalog can tell: the columns of a view, or of a table made from a query."""
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
    columns = [replace(c, name=names[at]) if at < len(names) else c for at, c in enumerate(columns)]
    return replace(table, columns=tuple(columns), open=False)
