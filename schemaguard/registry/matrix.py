"""Contracts against the revisions of a history: which fits, breaks or is unproven where."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.compatibility.fitness import Fitness, Verdict, fitness
from schemaguard.contracts.contract import Contract
from schemaguard.frozen import dataclass
from schemaguard.registry.listing import Shared


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A contract and its verdict at each revision."""

    contract: Shared
    fits: tuple[Fitness, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """Revisions that follow each other, with the same verdict for every contract: from `first` to `last`, counted."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """The rows, a verdict a revision; the revisions in the order of application."""

    history: str
    revisions: tuple[str, ...]
    rows: tuple[MatrixRow, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The revisions with those together at which nothing differs."""
        found, at = [], 0
        for _, together in groupby(range(len(self.revisions)), key=self._column):
            size = len(list(together))
            found.append(Segment(at, at + size - 1))
            at += size
        return tuple(found)

    def _column(self, revision: int) -> tuple[Verdict, ...]:
        return tuple(row.fits[revision].verdict for row in self.rows)


def matrix(history: str, contracts: Sequence[Shared], catalogs: Sequence[tuple[str, Catalog]]) -> Matrix:
    """Every contract held against the catalog after every revision."""
    revisions = tuple(revision for revision, _ in catalogs)
    after = [catalog for _, catalog in catalogs]
    return Matrix(history, revisions, tuple(MatrixRow(each, tuple(_fits(each.contract, after))) for each in contracts))


def _fits(contract: Contract, catalogs: Sequence[Catalog]) -> Iterator[Fitness]:
    """The verdicts; judged again only where a revision has touched what the contract names."""
    before: tuple[object, ...] | None = None
    found: Fitness | None = None
    for catalog in catalogs:
        seen = _concerned(contract, catalog)
        if found is None or before is None or any(a is not b for a, b in zip(seen, before, strict=True)):
            found = fitness(contract, catalog)
        before = seen
        yield found


def _concerned(contract: Contract, catalog: Catalog) -> tuple[object, ...]:
    """The parts of a catalog that the verdict depends on, to be compared by identity."""
    names = [catalog.resolve(part.table) for part in contract.tables]
    if contract.signature or any(name in catalog.views for name in names):
        return (catalog, *(None for _ in range(len(names) * 2 + 2)))
    tables = (catalog.tables.get(name) for name in names)
    indexes = (catalog.indexes_of.get(name) for name in names)
    return (catalog.enums, catalog.clouded, None, *tables, *indexes)
