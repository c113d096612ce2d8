"""Use case: the statements that revisions run, with their places, without running them."""

from schemaguard.catalog.changes import Opaque, Unreadable
from schemaguard.commands.histories import find_one, replay_selected
from schemaguard.commands.reading import Reading
from schemaguard.frozen import dataclass
from schemaguard.history.graph import order_to
from schemaguard.history.resolution import span
from schemaguard.history.revision import Direction, Run, Step
from schemaguard.history.selection import Selection


@dataclass(frozen=True, slots=True)
class StatementsOf:
    """The runs of the revisions that were asked for, in the order in which their statements would be sent."""

    history: str
    runs: tuple[Run, ...]


def sql(reading: Reading, path: str | None, revisions: str, direction: Direction = "upgrade") -> StatementsOf:
    """The statements of one revision, or of all from one to another (`a:b`, both included).

    What a statement is may depend on the catalog that it meets, so all that comes before is replayed.
    Raises HistoryError or UsageError where the history or a revision can't be told.
    """
    history = find_one(reading, path)
    wanted = span(history.graph, revisions)
    selection = Selection(frozenset(wanted), with_ways_back=direction == "downgrade")
    replay = replay_selected(history, reading, selection, order_to(history.graph, wanted))
    runs = replay.downgrades[::-1] if direction == "downgrade" else replay.runs
    return StatementsOf(history.path, tuple(run for run in runs if run.revision.id in set(wanted)))


def reasons(step: Step) -> tuple[str, ...]:
    """Why a statement isn't understood, or would be refused; empty where all is well."""
    return tuple(change.reason for change in step.changes if isinstance(change, Opaque | Unreadable))


def document(statements: StatementsOf) -> dict[str, object]:
    """The statements as one JSON object."""
    return {
        "history": statements.history,
        "revisions": [
            {
                "id": run.revision.id,
                "file": run.revision.file,
                "direction": run.direction,
                "statements": [_statement(step) for step in run.steps],
            }
            for run in statements.runs
        ],
    }


def _statement(step: Step) -> dict[str, object]:
    place = step.statement.place
    return {
        "sql": step.statement.sql,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "source": step.statement.source,
        "transaction": None if step.autocommit else step.transaction,
        "conditional": step.conditional,
        "changes": [type(change).__name__ for change in step.changes],
        "opaque": list(reasons(step)),
    }
