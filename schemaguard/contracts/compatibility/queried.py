"""What a feature query names and its contract doesn't list: it fails without that all the same."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from schemaguard.catalog import changes as c
from schemaguard.catalog import expressions
from schemaguard.catalog.calls import casts, tokens
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.compatibility.breakage import Breakage, breakage
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.traced import Untraceable

_TAKING = (
    c.DropColumn | c.RenameColumn | c.DropTable | c.RenameTable | c.MoveTable | c.DropObject | c.RenameObject
    | c.MoveObject
)  # fmt: skip
"""The changes after which a name may mean nothing."""


def query_breakages(contract: Contract, before: Catalog, after: Catalog, change: c.Change) -> Iterator[Breakage]:
    """The relations and columns of the query that the change takes away, and that no entry of the contract lists."""
    if contract.query is None or contract.reads_through == "view":
        return
    if isinstance(change, c.AddColumn):
        yield from _ambiguous(contract, contract.query, before, change)
    yield from _ungrouped(contract, contract.query, before, after)
    if not isinstance(change, _TAKING):
        return
    yield from _unnamed_type(contract, contract.query, after, change)
    try:
        lineage = trace(contract.query, before)
    except Untraceable:
        return  # What it says of its tables is judged by the contract's entries.
    listed = {before.resolve(part.table): part for part in contract.tables if part.access == "read"}
    gone: set[Name] = set()
    for name in sorted(lineage.relations | {table for table, _ in lineage.reads}, key=str):
        if name not in listed and relation(name, before) is not None and relation(name, after) is None:
            gone.add(name)
            yield breakage("table-dropped", "read", (name, None), contract.reads_through, "its query names it")
    for name, column in sorted(lineage.reads | lineage.direct, key=str):
        part, was, now = listed.get(name), relation(name, before), relation(name, after)
        if name in gone or was is None or now is None or (part is not None and part.promise(column)):
            continue
        if not was.lacks(column) and now.lacks(column):
            code = "column-renamed" if isinstance(change, c.RenameColumn) else "column-dropped"
            yield breakage(code, "read", (name, column), contract.reads_through, "its query names it")


def parts_of_query(contract: Contract, catalog: Catalog) -> tuple[ContractTable, ...]:
    """The tables that the query reads and no entry lists, with the columns that it reads of them."""
    if contract.query is None or contract.reads_through == "view":
        return ()
    listed = {catalog.resolve(part.table) for part in contract.tables}
    words = expressions.words(contract.query)
    named = {Name(word, schema) for word in words for schema in catalog.schemas} - listed
    if not any(name in catalog.tables or name in catalog.views for name in named):
        return ()
    return _unlisted_parts(contract.query, _Asked(catalog, frozenset(listed)))


class _Asked:
    """A catalog and what is listed, as a cache's key: the same object."""

    __slots__ = ("catalog", "listed")

    def __init__(self, catalog: Catalog, listed: frozenset[Name]) -> None:
        self.catalog, self.listed = catalog, listed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and other.catalog is self.catalog and other.listed == self.listed

    def __hash__(self) -> int:
        return id(self.catalog)


@lru_cache(maxsize=16)
def _unlisted_parts(query: str, asked: _Asked) -> tuple[ContractTable, ...]:
    try:
        lineage = trace(query, asked.catalog)
    except Untraceable:
        return ()
    names = sorted((lineage.relations | {name for name, _ in lineage.direct}) - asked.listed, key=str)
    columns = {name: sorted(column for table, column in lineage.direct if table == name) for name in names}
    return tuple(
        ContractTable(name, "read", tuple(Promise(column, None) for column in columns[name])) for name in names
    )


def _unnamed_type(contract: Contract, query: str, after: Catalog, change: c.Change) -> Iterator[Breakage]:
    """A type that the text casts to, and that isn't there under that name any more."""
    if not isinstance(change, c.DropObject | c.RenameObject | c.MoveObject) or change.kind not in ("type", "domain"):
        return
    name = change.object
    types = {*after.enums, *after.domains, *after.composites}
    if any(Name(name.name, schema) in types for schema in ((name.schema,) if name.schema else after.search_path)):
        return  # It was made again.
    for called, schema in sorted(casts(query), key=str):
        if called == name.name and schema in (None, name.schema or "public"):
            part = contract.tables[0]
            detail = f"its SQL names the type {called}"
            yield breakage("unlisted", part.access, (part.table, None), contract.reads_through, detail)


def _ungrouped(contract: Contract, query: str, before: Catalog, after: Catalog) -> Iterator[Breakage]:
    """A primary key that is gone, by which a query may group that selects the table's other columns as they are.

    See https://www.postgresql.org/docs/18/queries-table-expressions.html#QUERIES-GROUP (functional dependency).
    """
    if before.tables is after.tables or "group" not in tokens(query):
        return
    for part in contract.tables:
        was, now = before.table(part.table), after.table(part.table)
        is_lost = was is not None and now is not None and was.primary_key is not None and now.primary_key is None
        if part.access == "read" and is_lost:
            detail = "its query groups, and may do so by the primary key that is gone"
            yield breakage("unlisted", "read", (part.table, None), contract.reads_through, detail)


def _ambiguous(contract: Contract, query: str, before: Catalog, change: c.AddColumn) -> Iterator[Breakage]:
    """A new column that has the name of one which the query takes from another table without saying from which."""
    table, column = before.resolve(change.table), change.column.name
    words = ("", *tokens(query))
    is_bare = any(word == column and at != "." for at, word in pairwise(words))
    if not is_bare and "natural" not in words:
        return
    try:
        relations = trace(query, before).relations
    except Untraceable:
        return
    others = [shown for name in relations - {table} if (shown := relation(name, before)) is not None]
    if table in relations and any(column in shown.columns for shown in others):
        detail = f"its query joins {table}, and names {column} without its table"
        yield breakage("unlisted", "read", (table, column), contract.reads_through, detail)
