"""What readers of a materialised view feel of rows below it: nothing until it is filled again.

See https://www.postgresql.org/docs/18/sql-refreshmaterializedview.html.
"""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.compatibility.arriving_rows import arriving_flaws
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.row_changes import row_flaws
from schemaguard.contracts.compatibility.rowsource import stores
from schemaguard.contracts.contract import ContractTable
from schemaguard.frozen import replace

_FILLS = c.RefreshView | c.CreateView
_OF_ROWS = c.InsertRows | c.UpdateRows | c.DeleteRows | c.TruncateTable


def refreshed_flaws(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """What a reader feels of the rows that the same revision has changed before it fills the view that it reads."""
    if part.access != "read" or not isinstance(change, _FILLS):
        return
    seen = _seen_through(part, catalogs[1], change)
    if seen is None:
        return
    # Backwards: what was filled between a change of rows and this has to be seen through, too.
    for earlier in reversed(change.brings):
        if isinstance(earlier, _FILLS):
            seen = _seen_through(part, seen, earlier) or seen
        elif isinstance(earlier, _OF_ROWS):
            yield from row_flaws(part, (seen, seen), earlier)
            yield from arriving_flaws(part, (seen, seen), earlier)


def _seen_through(part: ContractTable, catalog: Catalog, change: c.RefreshView | c.CreateView) -> Catalog | None:
    """The catalog as if the view that is filled were a plain one; None where its rows don't reach the reader.

    Nor is it known what is below a view that was made elsewhere.
    """
    name = catalog.resolve(change.view if isinstance(change, c.RefreshView) else change.view.name)
    view = catalog.views.get(name)
    if view is None or name not in stores(part.table, catalog):
        return None
    return replace(catalog, views={**catalog.views, name: replace(view, materialized=False)})
