"""The predicate: what a catalog certainly doesn't give a contract."""

from collections.abc import Iterable, Iterator

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.compatibility.breakage import Breakage, breakage
from schemaguard.contracts.compatibility.reading import Flaw, reader_flaws
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.writing import writer_flaws
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.finding import Severity


def unmet(contract: Contract, catalog: Catalog) -> tuple[Breakage, ...]:
    """What the catalog certainly doesn't give the contract; empty where it is satisfied."""
    return tuple(each for part in contract.tables for each in part_unmet(contract, part, catalog))


def part_unmet(contract: Contract, part: ContractTable, catalog: Catalog) -> tuple[Breakage, ...]:
    """What it doesn't give one table; of the contract, only what it reads through counts."""
    return tuple(each for each in state(contract, part, catalog) if each.severity is Severity.ERROR)


def state(contract: Contract, part: ContractTable, catalog: Catalog, was: Catalog | None = None) -> Iterator[Breakage]:
    """What of a table's promises the catalog doesn't keep, or perhaps; `was` is the catalog in which it kept them."""
    shown = relation(part.table, catalog)
    if shown is None:
        yield breakage("table-dropped", part.access, (part.table, None), contract.reads_through)
        return
    flaws = reader_flaws if part.access == "read" else writer_flaws
    yield from as_breakages(contract, part, flaws(part, shown, catalog, was))


def as_breakages(contract: Contract, part: ContractTable, flaws: Iterable[Flaw]) -> Iterator[Breakage]:
    """The flaws as breakages of the contract."""
    for code, column, detail in flaws:
        yield breakage(code, part.access, (part.table, column), contract.reads_through, detail)
