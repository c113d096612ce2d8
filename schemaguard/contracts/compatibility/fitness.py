"""Whether a catalog satisfies a contract, in one word: it fits, it breaks, or it can't be shown."""

from collections.abc import Iterator, Sequence
from typing import Literal

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.compatibility.breakage import Breakage
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.satisfied import part_unmet
from schemaguard.contracts.compatibility.signed import refused_columns
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.frozen import dataclass

Verdict = Literal["fits", "breaks", "unproven"]


@dataclass(frozen=True, slots=True)
class Fitness:
    """The verdict; what breaks, and what can't be shown, a sentence each."""

    verdict: Verdict
    breaks: tuple[Breakage, ...] = ()
    unproven: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartFitness:
    """The same of one table of a contract."""

    breaks: tuple[Breakage, ...]
    unproven: tuple[str, ...]


def fitness(contract: Contract, catalog: Catalog) -> Fitness:
    """Whether the catalog gives the contract what it was promised.

    What an opaque statement may have changed is unproven, and so is a column of a table that isn't known in full.
    """
    return fit_together(contract, [part_fitness(contract, part, catalog) for part in contract.tables], catalog)


def part_fitness(contract: Contract, part: ContractTable, catalog: Catalog) -> PartFitness:
    """Whether it gives one table what it was promised; of the contract, only what it reads through counts."""
    certain = (each for each in part_unmet(contract, part, catalog) if not _is_clouded(each.table, catalog))
    return PartFitness(tuple(certain), tuple(_doubts(part, catalog)))


def fit_together(contract: Contract, parts: Sequence[PartFitness], catalog: Catalog) -> Fitness:
    """The verdict on a contract from those on its tables, in their order."""
    signed = refused_columns(contract, catalog) if contract.signature else ()
    certain = (
        *(each for part in parts for each in part.breaks),
        *(each for each in signed if not _is_clouded(each.table, catalog)),
    )
    unproven = tuple(dict.fromkeys(doubt for part in parts for doubt in part.unproven))
    if certain:
        return Fitness("breaks", certain, unproven)
    return Fitness("unproven" if unproven else "fits", (), unproven)


def _doubts(part: ContractTable, catalog: Catalog) -> Iterator[str]:
    if any(_is_clouded(name, catalog) for name in _below(part, catalog)):
        yield f"a statement that can't be read may have changed {part.table}"
    shown = relation(part.table, catalog)
    if shown is None or not shown.is_open:
        return
    unlisted = [promise.column for promise in part.promises if shown.column(promise.column) is None]
    if unlisted:
        yield f"{part.table} isn't fully known, so it isn't known whether it has {', '.join(unlisted)}"


def _below(part: ContractTable, catalog: Catalog) -> Iterator[Name]:
    """The relation of the entry, and where that is a view, what the view reads."""
    yield part.table
    view = catalog.views.get(catalog.resolve(part.table))
    yield from (name for name, _ in view.reads) if view is not None else ()


def _is_clouded(name: Name, catalog: Catalog) -> bool:
    return catalog.clouded is None or catalog.resolve(name) in catalog.clouded
