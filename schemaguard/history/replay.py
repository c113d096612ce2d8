"""Replays a history: revision by revision, in the order of application, from the first catalog to that at the heads."""

from collections.abc import Callable, Sequence
from typing import Protocol

from schemaguard.catalog.objects import Catalog
from schemaguard.frozen import dataclass
from schemaguard.history.history import History
from schemaguard.history.revision import Direction, Replay, Revision, Run
from schemaguard.history.selection import Selection

Progress = Callable[[int, int, str], None]
"""Told (how many are done, of how many, the revision that comes now)."""


class Evaluated(Protocol):
    """What evaluating a revision gives: the run, and the files that were read for it."""

    @property
    def run(self) -> Run:
        """What the revision does."""
        ...

    @property
    def sources(self) -> frozenset[str]:
        """The files that were read to find it out."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one revision does, and the files that were read to find it out."""

    run: Run
    sources: frozenset[str]
    is_plain: bool = False
    """Every catalog is the one before it with the step's changes folded in: no branches, no transactions undone."""


class Runner(Protocol):
    """Finds out what a revision does: a static evaluator, a reader of SQL, or a cache in front of either."""

    def run(self, revision: Revision, direction: Direction, catalog: Catalog) -> Evaluated:
        """What the revision does in one direction to a database that looks like the catalog."""
        ...


class Memory(Protocol):
    """Knows where a history arrived when it was replayed before."""

    def forward(self, revisions: Sequence[Revision]) -> Catalog | None:
        """The catalog after these revisions, the first of the history; None where that isn't known."""
        ...

    def keep(self, catalog: Catalog) -> None:
        """Remember where the revisions that were run so far have arrived."""
        ...


def replay(
    history: History,
    runner: Runner,
    catalog: Catalog,
    *,
    selection: Selection | None = None,
    order: Sequence[str] | None = None,
    memory: Memory | None = None,
    progress: Progress | None = None,
) -> Replay:
    """The history replayed on the catalog, in `order` (default: as `upgrade heads` applies it).

    Without a selection all revisions are judged. A judged revision's way back is run too, where the selection wants
    it, each from where its way up arrived. What comes before the first judged revision is skipped where the memory
    knows the catalog after it.
    """
    ids = history.graph.order if order is None else tuple(order)
    revisions = [history.graph.revisions[identifier] for identifier in ids]
    chosen = selection or Selection(frozenset(history.graph.revisions))
    first = next((i for i, identifier in enumerate(ids) if identifier in chosen.judged), len(ids))
    runs: list[Run] = []
    downgrades: list[Run] = []
    known = memory.forward(revisions[:first]) if memory is not None and first else None
    if known is not None:
        catalog = known
        runs = [Run(revision, "upgrade", (), known, known, is_skipped=True) for revision in revisions[:first]]
    for index in range(len(runs), len(ids)):
        revision = revisions[index]
        if progress is not None:
            progress(index, len(ids), revision.id)
        run = runner.run(revision, "upgrade", catalog).run
        runs.append(run)
        catalog = run.after
        if chosen.with_ways_back and revision.id in chosen.judged:
            downgrades.append(runner.run(revision, "downgrade", catalog).run)
        if memory is not None and index + 1 == first:
            memory.keep(catalog)
    return Replay(
        history=history.path,
        runs=tuple(runs),
        heads=history.graph.heads,
        catalog=catalog,
        at={run.revision.id: run.after for run in runs if not run.is_skipped},
        judged=chosen.judged,
        downgrades=tuple(downgrades),
        problems=(*history.problems, *chosen.problems),
        edited=chosen.edited,
    )
