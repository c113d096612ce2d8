"""What a ROLLBACK leaves of the statements that it undoes: their text and their place, and nothing that they did."""

from collections.abc import Sequence

from schemaguard.catalog.changes import Change, ControlTransaction, NoEffect, Unreadable
from schemaguard.catalog.objects import Catalog
from schemaguard.frozen import dataclass, field, replace
from schemaguard.history.folding import is_refusal
from schemaguard.history.revision import Step


@dataclass(slots=True)
class Undoing:
    """The statements that have run so far, and from which of them on each savepoint and the transaction would undo."""

    begun: int = 0
    """The number of the first statement of the transaction that is going on."""
    savepoints: list[tuple[str, int]] = field(default_factory=list)

    def begins(self, many: int) -> None:
        """A transaction begins behind `many` statements."""
        self.begun, self.savepoints = many, []

    def noted(self, change: ControlTransaction, many: int) -> int | None:
        """Takes note of what runs behind `many` statements; from which one on it undoes, None where it doesn't."""
        match change.action:
            case "SAVEPOINT":
                self.savepoints.append((str(change.savepoint), many))
            case "RELEASE":
                del self.savepoints[self._latest(change.savepoint) :]
            case "ROLLBACK TO":
                at = self._latest(change.savepoint)
                if at < len(self.savepoints):
                    del self.savepoints[at + 1 :]
                    return self.savepoints[at][1] + 1
            case "ROLLBACK":
                return self.begun
        return None

    def _latest(self, name: str | None) -> int:
        """The place of the savepoint that a name means, which is the last of that name; else behind them all."""
        places = (at for at in reversed(range(len(self.savepoints))) if self.savepoints[at][0] == name)
        return next(places, len(self.savepoints))

    def copied(self) -> "Undoing":
        """The same, to be gone on with on another branch."""
        return Undoing(self.begun, list(self.savepoints))


def undone(steps: Sequence[Step], left: Catalog) -> list[Step]:
    """The steps as they are once undone: each meets and leaves what is left, but where it couldn't run at all."""
    return [replace(step, changes=tuple(map(_undone, step.changes)), before=left, after=left) for step in steps]


def _undone(change: Change) -> Change:
    if isinstance(change, ControlTransaction | NoEffect | Unreadable) or is_refusal(change):
        return change
    return NoEffect(f"{type(change).__name__}, rolled back")
