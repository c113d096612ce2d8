"""What a corrected migration is."""

from schemaguard.catalog.changes import Change
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A revision that has to follow, and what takes it back."""

    title: str
    changes: tuple[Change, ...]
    undo: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """What stands instead of one change, in order, and what follows in revisions of their own."""

    title: str
    """The end of the sentence "instead, …"."""
    now: tuple[Change, ...]
    later: tuple[FollowUp, ...] = ()
