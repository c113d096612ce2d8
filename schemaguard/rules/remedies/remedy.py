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


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A change whose statement in SQL is its author's own with a word more, so that nothing of it is lost."""

    change: Change
    sql: str


Action = Change | InBatches | Rewritten


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
    now: tuple[Action, ...]
    later: tuple[FollowUp, ...] = ()
    leaves_more: bool = False
    """Whether the server leaves something besides that folding doesn't show."""
    undo: tuple[Change, ...] = ()
    """What the way back of the revision has to begin with; nothing where the author's own takes all of it back."""
