"""What an operation's probes look at, observed at one moment."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from schemaguard.frozen import dataclass, field
from schemaguard.releases.release import OperationState, Pointer, Server


class State(StrEnum):
    """Where the world stands with respect to a step."""

    BEFORE = "before"
    AFTER = "after"
    NEITHER = "neither"


class Sight(StrEnum):
    """Where a retired object is."""

    HIDDEN = "hidden"
    RESTORED = "restored"
    PURGED = "purged"
    GONE = "gone"
    """The journal says hidden, but there is nothing under the hidden name."""
    TAKEN = "taken"
    """Hidden, and something else has its visible name by now."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The pointer, and how far each act of a plan has come."""

    at: datetime
    state: OperationState
    pointer: Pointer
    switched: bool
    """The operation's own switch of the pointer is committed."""
    retired: Mapping[int, Sight] = field(default_factory=dict)
    undone: frozenset[int] = frozenset()
    """Ids of applied changes that are undone."""
    captured: Mapping[int, bool | None] = field(default_factory=dict)
    """Captured rows: whether the old values are given back; None where they were purged."""
    required: frozenset[tuple[str, str, str]] = frozenset()
    """(schema, table, column) of the plan's loosened columns that are NOT NULL still."""
    additions: frozenset[str] = frozenset()
    """What the plan takes off and is there still."""
    unfilled: frozenset[int] = frozenset()
    """Numbers of the debts whose rows without a value the plan fills, and that aren't filled yet."""
    missing_views: tuple[str, ...] = ()
    wrong_views: tuple[str, ...] = ()
    """Views that are there and don't show what was promised."""
    undelivered: int = 0
    waits_for: tuple[str, ...] = ()
    """Why FINISH can't retire yet."""
    servers: tuple[Server, ...] = ()
