"""Pages that were written already: a snapshot never changes, so neither does what is written of it."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

from schemaguard.commands.serve import Snapshot
from schemaguard.frozen import dataclass

MOST_BYTES = 64 * 1024 * 1024
"""What is kept of one snapshot at most; whoever asks for more has it written anew."""


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """The body of an answer, its status and its kind."""

    body: bytes
    status: int
    kind: str


class WrittenPages:
    """The pages of the snapshots that are still shown, by what was asked; many threads may ask."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._known: WeakKeyDictionary[Snapshot, dict[tuple[object, ...], WrittenPage]] = WeakKeyDictionary()

    def get(self, snapshot: Snapshot, asked: tuple[str, ...], write: Callable[[], WrittenPage]) -> WrittenPage:
        """What was written of the snapshot when that was asked first."""
        # The verdicts may come to nothing after the snapshot was taken: that is one more problem.
        key = (len(snapshot.problems), *asked)
        of_snapshot = self._known.setdefault(snapshot, {})
        found = of_snapshot.get(key)
        if found is None:
            found = write()
            if sum(len(each.body) for each in list(of_snapshot.values())) + len(found.body) <= self._most_bytes:
                of_snapshot[key] = found
        return found
