"""How near a release is: while a model is fresh, or a canary runs, nothing goes that a way back may need."""

from datetime import datetime, timedelta

from schemaguard.frozen import dataclass
from schemaguard.window.window import Window, WindowEntry

_CANARY = "canary"


@dataclass(frozen=True, slots=True)
class NearRelease:
    """A model version that was released a short while ago, or that runs as a canary."""

    entry: WindowEntry
    until: datetime | None
    """When it has served long enough; None while it runs as a canary."""


def near_releases(window: Window, at: datetime, hours: int) -> tuple[NearRelease, ...]:
    """The releases that are near at a moment, by model and version; where only dates are known nobody can tell."""
    found = []
    for entry in window.current(at):
        until = entry.released + timedelta(hours=hours) if entry.released is not None else None
        if entry.role == _CANARY:
            found.append(NearRelease(entry, None))
        elif entry.released is not None and until is not None and entry.released <= at < until:
            found.append(NearRelease(entry, until))
    return tuple(found)
