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

_OF_ROWS = c.InsertRows | c.UpdateRows | c.DeleteRows | c.TruncateTable


def refreshed_flaws(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """What a reader feels of the rows that the same revision has changed before it fills the view that it reads."""
    match change:
        case c.RefreshView(view=filled, brings=brings):
            name = catalogs[1].resolve(filled)
        case c.CreateView(view=made, brings=brings):
            name = catalogs[1].resolve(made.name)
        case _:
            return
    if part.access != "read" or not brings or name not in stores(part.table, catalogs[1]):
        return
    if name not in catalogs[1].views:
        return  # It was made elsewhere: what is below it isn't known.
    # As if it were a plain view: then what is below it is what it shows.
    views = dict(catalogs[1].views)
    views[name] = replace(views[name], materialized=False)
    seen_through = replace(catalogs[1], views=views)
    for earlier in brings:
        both = (seen_through, seen_through)
        if isinstance(earlier, _OF_ROWS):
            yield from row_flaws(part, both, earlier)
            yield from arriving_flaws(part, both, earlier)
        elif isinstance(earlier, c.RefreshView):
            yield from refreshed_flaws(part, both, earlier)
