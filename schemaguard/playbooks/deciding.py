"""What looks lead to, and how it is told: decisions, what a pass of the watcher saw, and whether it still looks."""

from datetime import datetime, timedelta
from typing import Any

from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Decided:
    """What looks have led to: its kind (`tripped`, `no-data`, `split`), the act, and what was known then."""

    kind: str
    action: str
    snapshot: dict[str, Any]
    is_to_be_done: bool = False
    """Whether a watcher carries it out; else it is told alone."""


def why_decided(kind: str, snapshot: dict[str, Any]) -> str:
    """Why looks have led to a decision."""
    if kind == "no-data":
        return f"{snapshot['missing']} looks missing in a row ({snapshot['reason']})"
    if kind == "split":
        seen, given = f"{snapshot['share'] * 100:.3g} %", f"{snapshot['wanted'] * 100:g} %"
        return f"the canary gets {seen} of the traffic, and was given {given}"
    failed, total = snapshot["failed"], snapshot["total"]
    match snapshot.get("about"):
        case "distance":
            return f"{snapshot['trip']}: {total:,} rows prove a distance of {snapshot['weight']:.3f}"
        case "looks":
            return f"{snapshot['trip']}: {failed:,} of {total:,} rows lie in looks in which it was worse"
        case _:
            return f"{snapshot['trip']} is crossed by {failed} of {total}"


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision as it is kept; `state` says what became of it."""

    id: int
    model: str
    epoch: int
    version: str
    trigger: str
    kind: str
    action: str
    state: str
    snapshot: dict[str, Any]
    at: datetime
    operation: int | None = None
    """What carried it out, or is about to."""
    why: str | None = None


@dataclass(frozen=True, slots=True)
class TriggerPass:
    """What one trigger saw in a pass, and which decisions are new; `why_not` says why it didn't look."""

    model: str
    trigger: str
    version: str | None
    looks: int = 0
    missing: int = 0
    failed: int = 0
    total: int = 0
    weight: float | None = None
    line: float | None = None
    decided: tuple[tuple[int, Decided], ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class WatchHealth:
    """Whether a trigger is watched: how long ago it looked (None: never), and how long that may be."""

    model: str
    trigger: str
    silent_for: timedelta | None
    may_be: timedelta

    @property
    def is_watched(self) -> bool:
        """Whether its last look isn't too old."""
        return self.silent_for is not None and self.silent_for <= self.may_be
