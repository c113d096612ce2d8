"""contracts matrix: every contract held against the catalog after every revision, without a database."""

from pathlib import Path

from schemaguard.commands.contracts.known import read_book
from schemaguard.commands.histories import find_one, replay_selected
from schemaguard.commands.site import Site
from schemaguard.frozen import dataclass
from schemaguard.history.graph import order_to
from schemaguard.history.resolution import span
from schemaguard.history.selection import Selection
from schemaguard.registry.listing import chosen, shared
from schemaguard.registry.matrix import Matrix
from schemaguard.registry.matrix import matrix as judged


@dataclass(frozen=True, slots=True)
class DrawnMatrix:
    """A matrix, and where its contracts were read."""

    matrix: Matrix
    source: str


def matrix(
    site: Site,
    model: str | None = None,
    *,
    revisions: str = ":",
    migrations: str | None = None,
    initial: Path | None = None,
) -> DrawnMatrix:
    """Every contract, or those of MODEL[@VERSION], against the revisions from one to another (`a:b`, both included).

    Raises HistoryError or UsageError where the history, a revision or the model can't be told.
    """
    known = read_book(site)
    name, _, version = (model or "").partition("@")
    contracts = shared(chosen(known.listed, name, version or None)) if model else known.shared
    with site.reading(initial=initial) as reading:
        history = find_one(reading, migrations)
        wanted = span(history.graph, revisions)
        selection = Selection(frozenset(wanted), with_ways_back=False)
        replay = replay_selected(history, reading, selection, order_to(history.graph, wanted))
    catalogs = [(run.revision.id, run.after) for run in replay.runs if run.revision.id in selection.judged]
    return DrawnMatrix(judged(history.path, contracts, catalogs), known.source)
