"""Who uses a table or column: by its contract, through views of the database, or by its query alone."""

from collections.abc import Iterator, Mapping

from schemaguard.catalog.objects import Catalog, Name, View
from schemaguard.contracts.contract import Access, Contract, ContractTable
from schemaguard.contracts.subject import Subject
from schemaguard.frozen import dataclass
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.traced import Untraceable


@dataclass(frozen=True, slots=True)
class Usage:
    """One way in which a contract uses a table or column."""

    contract: Contract
    access: Access
    line: int
    """Where the contract file says so."""
    position: int
    view: Name | None = None
    """The view of the database that it goes through; None: it names the table itself."""
    is_declared: bool = True
    """False where only its feature query names it, and no entry of the contract."""
    is_certain: bool = True
    """False where what a view or query reads can't be told."""


def usages(contract: Contract, subject: Subject, catalog: Catalog, over: Mapping[Name, bool]) -> tuple[Usage, ...]:
    """How the contract uses the table or column; `over` are the views that read it, and whether that is certain."""
    declared = tuple(_declared(contract, subject, catalog, over))
    if contract.query is None or any(each.access == "read" for each in declared):
        return declared
    return (*declared, *_queried(contract, contract.query, subject, catalog))


def views_over(subject: Subject, catalog: Catalog) -> dict[Name, bool]:
    """The views that read the table or column, directly or through other views, and whether that is certain.

    A view that can't be read may read any column.
    """
    found: dict[Name, bool] = {}
    waiting = [(subject, True)]
    while waiting:
        below, certain = waiting.pop()
        for name, view in catalog.views.items():
            columns = {column for relation, column in view.reads if catalog.resolve(relation) == below.table}
            if not columns or name == subject.table:
                continue
            named = below.column is None or below.column in columns
            if not named and (None not in columns or _names_no_column(view, catalog)):
                continue
            is_certain = certain and named
            if found.get(name) in (True, is_certain):
                continue
            found[name] = is_certain
            # Without the column there is no such view, and whatever reads the view falls with it.
            waiting.append((Subject(name), is_certain))
    return found


def _names_no_column(view: View, catalog: Catalog) -> bool:
    """Whether a view of whole relations can be read, as one that only counts rows."""
    try:
        trace(view.query, catalog)
    except Untraceable:
        return False
    return True


def _declared(contract: Contract, subject: Subject, catalog: Catalog, over: Mapping[Name, bool]) -> Iterator[Usage]:
    for part in contract.tables:
        if subject.is_in(part, catalog):
            yield Usage(contract, part.access, *_place(part, subject))
        elif (view := catalog.resolve(part.table)) in over:
            yield Usage(contract, part.access, part.line, part.position, view, is_certain=over[view])


def _place(part: ContractTable, subject: Subject) -> tuple[int, int]:
    promise = part.promise(subject.column) if subject.column is not None else None
    return (promise.line, promise.position) if promise is not None else (part.line, part.position)


def _queried(contract: Contract, query: str, subject: Subject, catalog: Catalog) -> Iterator[Usage]:
    word = (subject.column or subject.table.name).lower()
    # Tracing costs a hundred times as much as looking for the word, and a star names no column.
    if word not in query.lower() and "*" not in query:
        return
    try:
        lineage = trace(query, catalog)
    except Untraceable:
        if subject.table.name.lower() in query.lower():
            yield Usage(contract, "read", 1, 1, is_declared=False, is_certain=False)
        return
    if subject.column is None:
        is_named = subject.table in lineage.relations or any(table == subject.table for table, _ in lineage.reads)
    else:
        is_named = (subject.table, subject.column) in lineage.reads | lineage.direct
    if is_named:
        yield Usage(contract, "read", 1, 1, is_declared=False)
