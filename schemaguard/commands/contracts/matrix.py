"""contracts matrix: every contract held against the catalog after every revision, without a database."""

from collections.abc import Sequence

from schemaguard.commands.histories import find_one, replay_selected
from schemaguard.commands.reading import Reading
from schemaguard.history.graph import order_to
from schemaguard.history.resolution import span
from schemaguard.history.selection import Selection
from schemaguard.registry.listing import Shared
from schemaguard.registry.matrix import Matrix
from schemaguard.registry.matrix import matrix as judged


def matrix(reading: Reading, path: str | None, revisions: str, contracts: Sequence[Shared]) -> Matrix:
    """The matrix over the revisions from one to another (`a:b`, both included; `:` for all).

    Raises HistoryError or UsageError where the history or a revision can't be told.
    """
    history = find_one(reading, path)
    wanted = span(history.graph, revisions)
    selection = Selection(frozenset(wanted), with_ways_back=False)
    replay = replay_selected(history, reading, selection, order_to(history.graph, wanted))
    catalogs = [(run.revision.id, run.after) for run in replay.runs if run.revision.id in selection.judged]
    return judged(history.path, contracts, catalogs)
