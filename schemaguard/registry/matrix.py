"""Contracts against the revisions of a history: which fits, breaks or is unproven where."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from schemaguard.catalog import expressions
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.compatibility.fitness import Fitness, PartFitness, Verdict, fit_together, part_fitness
from schemaguard.contracts.contract import ContractTable, ReadsThrough
from schemaguard.frozen import dataclass
from schemaguard.registry.listing import Shared
from schemaguard.rules.facts.concerned import differing, relations_under, resting_on


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
    """Every contract held against the catalog after every revision.

    The history is gone through once for all of them: a table of a contract is judged again only where a revision has
    changed what it rests on, and what several contracts promise alike is judged once.
    """
    judged: dict[_Asked, PartFitness] = {}
    asked = [[(part.essence, each.contract.reads_through) for part in each.contract.tables] for each in contracts]
    resting, queried = _resting(asked), _queried(contracts)
    fits: list[list[Fitness]] = [[] for _ in contracts]
    before: Catalog | None = None
    for _, catalog in catalogs:
        names = None if before is None else _changed(before, catalog)
        stale = resting if names is None else {name: resting[name] for name in names if name in resting}
        again = {place for places in stale.values() for place in places}
        fresh: dict[_Asked, PartFitness] = {}
        for at, number in again:
            key, contract = asked[at][number], contracts[at].contract
            if key not in fresh:
                fresh[key] = part_fitness(contract, contract.tables[number], catalog)
        judged |= fresh
        concerned = _concerned(again, names, queried) if names is not None else range(len(contracts))
        for at, found in enumerate(fits):
            if at in concerned:
                found.append(fit_together(contracts[at].contract, [judged[key] for key in asked[at]], catalog))
            else:
                found.append(found[-1])
        before = catalog
    rows = tuple(MatrixRow(each, tuple(found)) for each, found in zip(contracts, fits, strict=True))
    return Matrix(history, tuple(revision for revision, _ in catalogs), rows)


_Asked = tuple[ContractTable, ReadsThrough]
"""What a verdict on one table of a contract rests on, besides the catalog."""


def _resting(asked: Sequence[Sequence[_Asked]]) -> dict[str, list[tuple[int, int]]]:
    """Relation, its schema left aside → (contract, table) by their places, of those that rest on it."""
    found: dict[str, list[tuple[int, int]]] = {}
    for at, parts in enumerate(asked):
        for number, (part, _) in enumerate(parts):
            for name in relations_under(part):
                found.setdefault(name, []).append((at, number))
    return found


def _queried(contracts: Sequence[Shared]) -> dict[str, list[int]]:
    """Word of a query → the places of the contracts whose signature is judged by what that query returns."""
    found: dict[str, list[int]] = {}
    for at, each in enumerate(contracts):
        for word in expressions.words(each.contract.query or "") if each.contract.signature else ():
            found.setdefault(word, []).append(at)
    return found


def _concerned(
    again: Iterable[tuple[int, int]], names: frozenset[str], queried: Mapping[str, Sequence[int]]
) -> frozenset[int]:
    return frozenset((*(at for at, _ in again), *(at for name in names for at in queried.get(name, ()))))


def _changed(before: Catalog, after: Catalog) -> frozenset[str] | None:
    """The relations that are others in the second catalog; None where it could be any."""
    if before is after:
        return frozenset()
    if before.clouded is None or after.clouded is None or any(map(_is_other, _of_all(before), _of_all(after))):
        return None
    names = {name.name for name in before.clouded ^ after.clouded}
    for one, other in zip(_of_names(before), _of_names(after), strict=True):
        names.update(name.name for name in differing(one, other))
    for name in differing(before.indexes, after.indexes):
        names.update(catalog.indexes[name].table.name for catalog in (before, after) if name in catalog.indexes)
    return resting_on(names, before) | resting_on(names, after)


def _is_other(one: object, other: object) -> bool:
    """Whether two parts of catalogs differ; most are one and the same."""
    return one is not other and one != other


def _of_all(catalog: Catalog) -> tuple[object, ...]:
    """What any relation may rest on."""
    found = catalog
    return (
        found.enums, found.domains, found.composites, found.functions, found.schemas, found.extensions,
        found.search_path, found.has_temporary,
    )  # fmt: skip


def _of_names(catalog: Catalog) -> tuple[Mapping[Name, object], ...]:
    return (catalog.tables, catalog.views, catalog.indexes, catalog.indexes_of, catalog.sequences, catalog.gone)
