"""What status and reconcile tell, as values."""

from collections.abc import Mapping
from datetime import datetime

from schemaguard.applying.fencing import FenceState
from schemaguard.frozen import dataclass, field
from schemaguard.playbooks.drills import DrillStanding
from schemaguard.releases.rehearsal import Rehearsal
from schemaguard.releases.release import CapturedRows, Held, Operation, Pointer, Retired, Server, StepName


@dataclass(frozen=True, slots=True)
class ServingWindow:
    """A release as status shows it: its contract's digest, the revision it serves on, and until when it must hold."""

    version: str
    contract: str
    revision: tuple[str, ...]
    window_until: datetime | None
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Debt:
    """A constraint or index that a way back still owes; `why` is the server's reason, None before it was tried."""

    number: int
    object: str
    table: str
    why: str | None
    operation: int | None = None
    for_version: str | None = None
    """Whose writers it would stand in the way of: it waits until another version is promoted."""

    @property
    def name(self) -> str:
        """What is owed, and to which table."""
        return self.object if self.for_version is not None else f"{self.object} of {self.table}"

    def __str__(self) -> str:
        return self.name + (f": {self.why}" if self.why else "")


@dataclass(frozen=True, slots=True)
class Overview:
    """The control schema at one moment; `drift` is what the database itself shows to be wrong."""

    at: datetime
    models: tuple[tuple[Pointer, Mapping[str, ServingWindow]], ...]
    operations: tuple[Operation, ...]
    retired: tuple[Retired, ...]
    held: tuple[Held, ...]
    servers: tuple[Server, ...]
    drift: tuple[str, ...]
    fence: FenceState
    captured: tuple[CapturedRows, ...] = ()
    """Rows that revisions changed or deleted, and that are kept."""
    debts: tuple[Debt, ...] = ()
    rehearsals: Mapping[str, Rehearsal] = field(default_factory=dict)
    """Model → the last rehearsal of its rollback."""
    drills: Mapping[str, DrillStanding] = field(default_factory=dict)
    """Model → the last drill of its playbook."""
    undrilled: frozenset[str] = frozenset()
    """Models that serve, and whose published playbook was never drilled."""

    @property
    def switching(self) -> frozenset[str]:
        """The models whose alias may still be on its way."""
        return frozenset(m for o in self.operations if o.current is not StepName.FINISH for m in o.models)


@dataclass(frozen=True, slots=True)
class Alias:
    """The registry's alias of a model; `version` None where it isn't set or couldn't be read."""

    name: str
    version: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """The overview, with each model's alias, and everything that has drifted."""

    overview: Overview
    aliases: Mapping[str, Alias]
    drift: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Purged:
    """What was (or would be) dropped for good, and what stays, each with the reason."""

    objects: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """What was (or would be) removed, a line each, and the roles that another database still needs."""

    removed: tuple[str, ...]
    kept_roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one round did, what still waits and why, what can be purged, and what couldn't be done."""

    finished: tuple[str, ...]
    corrected: tuple[str, ...]
    waiting: tuple[str, ...]
    purgeable: tuple[str, ...]
    failed: tuple[str, ...]
    paid: tuple[str, ...] = ()
    """Constraints and indexes that are back."""
    owed: tuple[str, ...] = ()
    """Those that the rows still don't allow, and why."""
    called: tuple[str, ...] = ()
    """Hooks that know of a switch now."""
