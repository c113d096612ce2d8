"""contracts show: all that a contract says."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from schemaguard.commands.contracts.known import Bench, bench, fits, read_book
from schemaguard.commands.site import Site
from schemaguard.contracts.compatibility.fitness import Fitness
from schemaguard.frozen import dataclass
from schemaguard.registry.listing import ListedContract, chosen, shared


@dataclass(frozen=True, slots=True)
class ShownContracts:
    """The contracts of one model or consumer; `fits` by digest."""

    listed: tuple[ListedContract, ...]
    fits: Mapping[str, Fitness]
    at: datetime
    bench: Bench


def show(
    site: Site, model: str, version: str | None = None, *, migrations: str | None = None, initial: Path | None = None
) -> ShownContracts:
    """The contracts of a model, of one version, or of a consumer; UsageError where nobody is called that."""
    known = read_book(site)
    found = chosen(known.listed, model, version)
    held = bench(site, known, migrations, initial)
    return ShownContracts(found, fits(shared(found), held.catalog), known.at, held)
