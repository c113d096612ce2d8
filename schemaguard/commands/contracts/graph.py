"""contracts graph: models, the tables between them, and who shares them."""

from pathlib import Path

from schemaguard.catalog.objects import Catalog
from schemaguard.commands.contracts.known import Bench, bench, read_book
from schemaguard.commands.site import Site
from schemaguard.frozen import dataclass
from schemaguard.registry.graph import Focus, RegistryGraph, focus
from schemaguard.registry.graph import graph as of_contracts


@dataclass(frozen=True, slots=True)
class DrawnGraph:
    """A graph, what it is around (None: it is whole), and where it was read."""

    graph: RegistryGraph
    around: Focus | None
    bench: Bench


def graph(
    site: Site, thing: str | None = None, *, migrations: str | None = None, initial: Path | None = None
) -> DrawnGraph:
    """Who reads and writes which tables, views followed; `thing`: only what is around a model or table.

    UsageError where nobody knows it.
    """
    known = read_book(site)
    held = bench(site, known, migrations, initial)
    catalog = held.catalog or Catalog()
    whole = of_contracts(known.shared, catalog)
    around = focus(thing, whole, catalog) if thing is not None else None
    return DrawnGraph(whole.about(around) if around is not None else whole, around, held)
