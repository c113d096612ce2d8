"""What a contract's table is in a catalog: a table, or a view that is followed to the tables below it."""

from collections.abc import Mapping
from functools import lru_cache

from schemaguard.catalog.fold.draft import unlisted_column
from schemaguard.catalog.objects import Catalog, Column, Name, Table, View
from schemaguard.contracts.compatibility.domains import with_domains
from schemaguard.frozen import dataclass, field, replace
from schemaguard.sql.queries.lineage import view_outputs
from schemaguard.sql.queries.traced import Output, Untraceable

Home = tuple[Table, Column]
"""The base table and column that a column is."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view; `is_open` says that it may have columns nobody listed."""

    name: Name
    columns: Mapping[str, Column] = field(default_factory=dict)
    table: Table | None = None
    """The table itself; None for a view."""
    is_open: bool = False
    homes: Mapping[str, Home] = field(default_factory=dict)
    """Column → what it is in a table, for all that come from one unchanged."""

    def column(self, name: str) -> Column | None:
        """The column of that name, None where there is none or it isn't known."""
        return self.columns.get(name)

    def lacks(self, name: str) -> bool:
        """Whether it certainly has no column of that name."""
        if name in self.columns:
            return False
        return not self.is_open or (self.table is not None and name in self.table.absent)

    def home(self, name: str) -> Home | None:
        """The base table and column that a column is, None where it is computed or unknown."""
        found = self.homes.get(name)
        if found is None and self.table is not None and not self.lacks(name):
            # Nobody listed it, but what is said of it elsewhere, as in a CHECK, holds for it.
            return self.table, unlisted_column(name)
        return found

    @property
    def base(self) -> Table | None:
        """The one table whose rows these are: itself, or the one below a simple view; None where there is none."""
        if self.table is not None:
            return self.table
        tables = {id(table): table for table, _ in self.homes.values()}
        is_simple = len(tables) == 1 and len(self.homes) == len(self.columns)
        return next(iter(tables.values())) if is_simple else None


def relation(name: Name, catalog: Catalog) -> Relation | None:
    """What the name means in the catalog, None where there is nothing of that name."""
    resolved = catalog.resolve(name)
    known = catalog.tables.get(resolved)
    if known is not None:
        table = with_domains(known, catalog)
        columns = {column.name: column for column in table.columns}
        return Relation(resolved, columns, table, table.open, {name: (table, c) for name, c in columns.items()})
    view = catalog.views.get(resolved)
    if view is None:
        return None
    return _view(resolved, view, catalog)


def _view(name: Name, view: View, catalog: Catalog) -> Relation:
    shown = view.columns
    if shown is None:
        return Relation(name, {}, None, is_open=True)
    homes: dict[str, Home] = {}
    tables: dict[Name, Table] = {}
    for column, output in zip(shown, _outputs(view.name, _Seen(catalog)), strict=False):
        home = _home(output, catalog, tables)
        if home is not None:
            homes[column.name] = home
    return Relation(name, {column.name: column for column in shown}, None, is_open=False, homes=homes)


def _home(output: Output, catalog: Catalog, tables: dict[Name, Table]) -> Home | None:
    """The base column of an output; `tables` are those that were looked up before, so that each is one object."""
    # Views between are named too; a materialized one has rows of its own.
    views = [catalog.views[name] for name, _ in output.sources if name in catalog.views]
    sources = [source for source in output.sources if source[0] not in catalog.views]
    if not output.is_direct or len(sources) != 1 or any(view.materialized for view in views):
        return None
    ((name, column_name),) = sources
    known = catalog.tables.get(name)
    table = tables.setdefault(name, with_domains(known, catalog)) if known is not None else None
    column = table.column(column_name) if table is not None else None
    if table is None or column is None:
        return None
    # An outer join makes NULLs of its own; without one the column is as its table has it.
    return table, replace(column, not_null=False) if output.may_be_null and column.not_null else column


class _Seen:
    """A catalog as a cache's key: the same object."""

    __slots__ = ("catalog",)

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Seen) and other.catalog is self.catalog

    def __hash__(self) -> int:
        return id(self.catalog)


@lru_cache(maxsize=64)
def _outputs(view: Name, seen: _Seen) -> tuple[Output, ...]:
    """What the view shows; empty where it can't be traced."""
    try:
        return view_outputs(seen.catalog.views[view], seen.catalog)
    except Untraceable:
        return ()
