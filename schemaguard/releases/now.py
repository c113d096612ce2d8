"""Everything that a plan is made from, as one value."""

from collections.abc import Mapping
from datetime import datetime

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.contract import Contract
from schemaguard.frozen import dataclass, field
from schemaguard.releases.additions import Addition, GivenBack
from schemaguard.releases.release import (
    AppliedChange,
    CapturedRows,
    Held,
    Operation,
    OperationKind,
    Pointer,
    Release,
    Retired,
    Server,
)


@dataclass(frozen=True, slots=True)
class Now:
    """One model's side of the database at one moment.

    `needed` are the contracts of everybody who is in their window besides what serves and the canary: other models,
    consumers, and other versions of this model. `history` are the operations of this model that switched its pointer,
    oldest first.
    """

    at: datetime
    pointer: Pointer
    releases: Mapping[str, Release]
    catalog: Catalog
    needed: tuple[Contract, ...] = ()
    left: tuple[Contract, ...] = ()
    """The contracts of other models' releases that are left in the same operation."""
    coming: tuple[Contract, ...] = ()
    """Those of the releases that these models go to: what suits them is found out with their own plans."""
    retired: tuple[Retired, ...] = ()
    """Out of sight and not purged."""
    restored: tuple[Retired, ...] = ()
    """Brought back by an operation: their revision is held, and going forward retires them again."""
    captured: tuple[CapturedRows, ...] = ()
    """What revisions changed or deleted of promised rows, and wasn't purged."""
    purged: tuple[CapturedRows, ...] = ()
    """The same, of what was purged."""
    applied: tuple[AppliedChange, ...] = ()
    heads: tuple[str, ...] = ()
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Applied revision → the revisions that it stands on, as far as they are known."""
    held: tuple[Held, ...] = ()
    history: tuple[Operation, ...] = ()
    waiting: tuple[Operation, ...] = ()
    open: Operation | None = None
    servers: tuple[Server, ...] = ()
    additions: Mapping[str, tuple[Addition, ...]] = field(default_factory=dict)
    """Version → what was added to what it writes since it was put to serve, and may refuse what it writes."""
    owed: tuple[GivenBack, ...] = ()
    """What was taken off for a version of this model and isn't back yet."""

    @property
    def active(self) -> Release | None:
        """The release that serves, None before the first promotion."""
        return self.releases[self.pointer.active] if self.pointer.active else None

    @property
    def canary(self) -> Release | None:
        """The release that has a share of the traffic, None where none has."""
        return self.releases[self.pointer.canary] if self.pointer.canary else None

    def default_target(self) -> str | None:
        """Where a rollback goes when nobody says: the fallback, else what the active version was promoted over."""
        pointer = self.pointer
        if pointer.fallback and pointer.fallback != pointer.active:
            return pointer.fallback
        promotions = (
            o for o in reversed(self.history) if o.kind is OperationKind.PROMOTE and o.to_version == pointer.active
        )
        return next((promotion.from_version for promotion in promotions), None)
