"""contracts list: every contract, whom it is for, until when, and whether the tables satisfy it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from schemaguard.catalog.objects import Catalog
from schemaguard.commands.contracts.known import Bench, bench, fits, meant, read_book
from schemaguard.commands.site import Site
from schemaguard.contracts.compatibility.fitness import Fitness
from schemaguard.frozen import dataclass
from schemaguard.registry.listing import ListedContract, Shared, shared


@dataclass(frozen=True, slots=True)
class ContractList:
    """The contracts once a version, and once for the versions that share one; `fits` by digest."""

    listed: tuple[ListedContract, ...]
    rows: tuple[Shared, ...]
    fits: Mapping[str, Fitness]
    at: datetime
    bench: Bench


def list_contracts(
    site: Site, thing: str | None = None, *, migrations: str | None = None, initial: Path | None = None
) -> ContractList:
    """The contracts of the folder, and the published ones where a database is configured.

    `thing`: only those that name this table or column; UsageError where nobody knows it.
    """
    known = read_book(site)
    held = bench(site, known, migrations, initial)
    over = held.catalog or Catalog()
    wanted = meant(thing, known, over) if thing is not None else None
    listed = tuple(each for each in known.listed if wanted is None or each.accesses(wanted, over))
    rows = shared(listed)
    return ContractList(listed, rows, fits(rows, held.catalog), known.at, held)
