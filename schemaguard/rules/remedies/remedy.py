"""What a corrected migration is."""

from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class InBatches:
    """Rows that hold NULL in a column get a value, a few thousand in a transaction; the catalog doesn't feel it."""

    table: Name
    column: str
    value: str


Action = Change | InBatches


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A revision that has to follow, and what takes it back."""

    title: str
    changes: tuple[Action, ...]
    undo: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """What stands instead of one change, in order, and what follows in revisions of their own."""

    title: str
    """The end of the sentence "instead, …"."""
    now: tuple[Change, ...]
    later: tuple[FollowUp, ...] = ()
    leaves_more: bool = False
    """Whether the server leaves something besides that folding doesn't show."""
    undo: tuple[Change, ...] = ()
    """What the way back of the revision has to begin with; nothing where the author's own takes all of it back."""
