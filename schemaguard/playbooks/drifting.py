"""What a trigger knows of a drift, look by look: bins added up, and which distance they prove."""

from collections.abc import Sequence

from schemaguard.frozen import dataclass
from schemaguard.playbooks.drift import DriftReference, added, proven_distance


@dataclass(frozen=True, slots=True)
class DriftTerms:
    """The distance that is too much, and the chance of saying so wrongly.

    In a canary everything since its share began counts, and `alpha` is spent over `looks`. Afterwards each window of so
    many looks is judged by itself.
    """

    distance: float
    alpha: float
    looks: int
    window: int | None = None


@dataclass(frozen=True, slots=True)
class DriftSeen:
    """The frozen reference, rows a bin since the share or the window began, and how many looks that is."""

    reference: DriftReference
    counts: tuple[int, ...] = ()
    looks: int = 0


def proved_so_far(known: DriftSeen, terms: DriftTerms) -> float | None:
    """The distance that is proved by now, below 0 where none is; None before the first row."""
    return proven_distance(known.reference, known.counts, terms.alpha, terms.looks) if sum(known.counts) else None


def drifted(before: DriftSeen, counts: Sequence[int], terms: DriftTerms) -> tuple[DriftSeen, float | None]:
    """What is known after one more look, and the distance that is proved, where it is judged now."""
    after = DriftSeen(before.reference, added(before.counts, counts), before.looks + 1)
    if terms.window is None:
        return after, proven_distance(after.reference, after.counts, terms.alpha, terms.looks)
    if after.looks < terms.window:
        return after, None
    return DriftSeen(before.reference), proven_distance(after.reference, after.counts, terms.alpha, 1)
