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
    may_be_null: bool = False
    """Whether some rows' value is NULL: those are left as they are, so that it comes to an end."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A change whose statement is its author's own with a word more, so that nothing of it is lost."""

    change: Change
    sql: str
    code: tuple[str, ...] | None = None
    """The same of its call in a revision's Python; None where that is written anew."""


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
    """Whether it is known to lead to another catalog, or the server leaves something that folding doesn't show."""
    is_advice: bool = False
    """Whether the finding stays, so that it is shown and not put in."""
    undo: tuple[Change, ...] = ()
    """What the way back of the revision has to begin with; nothing where the author's own takes all of it back."""
