"""Releases, pointers and operations as values: what the control schema holds, read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from schemaguard.catalog.objects import Name
from schemaguard.contracts.contract import Contract
from schemaguard.frozen import dataclass, field, replace


class OperationKind(StrEnum):
    """What an operation does to the pointer."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"
    CANARY = "canary"
    """A version gets a share of the traffic."""
    ADVANCE = "advance"
    """It gets more."""
    ABORT = "abort"
    """It gets none any more."""


class StepName(StrEnum):
    """The five steps of every operation, in their order."""

    INTENT = "INTENT"
    PREPARE = "PREPARE"
    COMMIT = "COMMIT"
    PROJECT = "PROJECT"
    FINISH = "FINISH"


class StepState(StrEnum):
    """How far the journal says that a step has come."""

    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    WAITING = "waiting"


class OperationState(StrEnum):
    """`waiting` blocks nobody: what is left can be done later by `resume` or `reconcile`."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    ABANDONED = "abandoned"


class ReversalClass(StrEnum):
    """What going back costs: metadata only, a look at the rows, values for rows without any, lost data, or no way."""

    INSTANT = "instant"
    SLOW = "slow"
    NEEDS_VALUES = "needs values"
    LOSSY = "lossy"
    IMPOSSIBLE = "impossible"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Canary:
    """A version with a share of the traffic: percent (1 to 99), which step of its playbook that is, and its digest."""

    version: str
    percent: int
    step: int = 1
    playbook: str | None = None


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which versions of a model serve; `epoch` is raised by one at every switch and 0 before the first."""

    model: str
    epoch: int = 0
    active: str | None = None
    canary: str | None = None
    canary_percent: int = 0
    fallback: str | None = None
    previous: str | None = None
    frozen: bool = False
    frozen_by: str | None = None
    frozen_reason: str | None = None
    frozen_until: datetime | None = None
    canary_step: int | None = None
    canary_since: datetime | None = None
    """When the canary got the share that it has."""
    canary_playbook: str | None = None

    @property
    def frozen_in_words(self) -> str:
        """Who froze it, until when, and why."""
        until = f" until {self.frozen_until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.frozen_until else ""
        why = self.frozen_reason or "no reason was given"
        return f"{self.model} is frozen by {self.frozen_by or 'somebody'}{until}: {why}"


@dataclass(frozen=True, slots=True)
class Release:
    """A published model version with its contract and the revision it was last put to serve on."""

    model: str
    version: str
    contract: Contract
    view_schema: str
    revision: tuple[str, ...] | None = None
    released_at: datetime | None = None
    first_served_at: datetime | None = None
    superseded_at: datetime | None = None
    window_until: datetime | None = None
    artifact_uri: str | None = None

    @property
    def who(self) -> str:
        """Its name, such as `fraud@7`."""
        return f"{self.model}@{self.version}"


@dataclass(frozen=True, slots=True)
class Retired:
    """A column or table that is out of sight with its data; `restore` is what brings names, types and values back."""

    id: int
    table: Name
    column: str | None
    hidden_table: Name
    hidden_column: str | None
    restore: tuple[str, ...]
    restore_class: ReversalClass
    retired_at: datetime
    purge_after: datetime
    applied_change: int | None = None
    operation: int | None = None
    """The operation that retired it in FINISH, None where a migration did."""
    revision: str | None = None
    owed: tuple[str, ...] = ()
    """What is tried once nobody writes the other shape any more: constraints and indexes."""
    without_value: int | None = None
    """Rows without a value, where those hold the way back up; None where they don't, or weren't counted."""
    is_retyped: bool = False
    """Its domain refuses NULL, so that its type comes back only when every row has a value; or it wasn't dropped but
    got another type, and rows written since have no value of this one."""
    is_of_two: bool = False
    """It wasn't dropped: the column has another type by now, and the two take turns under its name."""
    fill: str | None = None
    """What its revision declares that rows without a value get, as SQL."""
    taken_by: str | None = None
    """What has its name by now."""

    @property
    def object(self) -> str:
        """Its visible name, such as `transactions.channel`."""
        return f"{self.table}.{self.column}" if self.column else str(self.table)


@dataclass(frozen=True, slots=True)
class CapturedRows:
    """Rows of one table that a revision changed or deleted although somebody relied on them, and that were kept."""

    id: int
    table: Name
    revision: str
    columns: tuple[str, ...]
    """What was promised of the table."""
    count: int
    readers: tuple[str, ...]
    """To whom, such as `fraud@7`."""
    changed_at: datetime
    """When the revision's values were written there last."""
    purge_after: datetime
    given_back_at: datetime | None = None
    """None: the revision's values are there."""
    relied_on: tuple[str, ...] = ()
    """Who was put to serve on what is there now, and is in their window."""
    needed_by: tuple[str, ...] = ()
    """Those of the readers who are in their window."""
    changes: tuple[int, ...] = ()
    """The applied changes whose rows these are."""
    depth: int = 1
    """What others refer to has less of it."""
    obstacle: str | None = None
    """Why they can't be written any more."""
    changed_since: int | None = None
    """Rows that somebody has written since, and that stay as they are; None where they weren't counted."""
    gone: int | None = None
    """Rows that somebody has deleted since."""
    bytes: int = 0

    @property
    def object(self) -> str:
        """Its name, such as `transactions@0007`."""
        return f"{self.table}@{self.revision}"


@dataclass(frozen=True, slots=True)
class AppliedChange:
    """One change that the guard saw go through, with the inverse compiled at that moment (None: impossible).

    `adds` is the column or table (column None) that it made, None where it made neither.
    """

    id: int
    revision: str
    statement: str
    inverse: tuple[str, ...] | None
    inverse_class: ReversalClass
    applied_at: datetime
    adds: tuple[Name, str | None] | None = None
    tables: frozenset[Name] = frozenset()
    parents: tuple[str, ...] = ()
    """The revisions that its revision stands on; empty where they aren't known."""
    """The tables that it touches."""
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A revision that may not be applied again until a promotion lifts the hold."""

    revision: str
    operation: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Server:
    """A model server that follows the pointer: the epoch it acknowledged, and until when it is believed alive."""

    model: str
    name: str
    epoch: int
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class FleetMark:
    """Which member of which run of a fleet an operation is, and whether it switches together with the others."""

    run: str
    """The label of the run: a UUID."""
    member: str
    is_together: bool = False


@dataclass(frozen=True, slots=True)
class Intent:
    """Who wants an operation, why, and which measurement led to it."""

    actor: str
    reason: str
    metric: str | None = None
    detected_at: datetime | None = None
    decision: int | None = None
    """The watcher's decision that it carries out."""
    fleet: FleetMark | None = None
    """The member of a fleet's run that it is."""
    policy: Mapping[str, Any] | None = None
    """Which policy was asked, and what came of it."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step in the journal; `detail` holds its milliseconds and what it did."""

    name: StepName
    state: StepState = StepState.PLANNED
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Switch:
    """What an operation does with the pointer of one model."""

    model: str
    from_version: str | None
    to_version: str
    expected_epoch: int

    def __str__(self) -> str:
        way = f"{self.from_version} → {self.to_version}" if self.from_version else f"→ {self.to_version}"
        return f"{self.model} {way}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One promotion, rollback or act of a canary with its journal; `document` is the plan as it was stored.

    Where it switches several models, `model` and what goes with it are of the one that was asked for.
    """

    id: int
    kind: OperationKind
    model: str
    from_version: str | None
    to_version: str
    expected_epoch: int
    state: OperationState
    document: Mapping[str, Any]
    plan_hash: str
    intent: Intent
    opened_at: datetime
    steps: tuple[StepRecord, ...] = ()
    closed_at: datetime | None = None

    @property
    def switches(self) -> tuple[Switch, ...]:
        """One a model, in the order of their names."""
        members = self.document.get("members")
        if not members:
            return (Switch(self.model, self.from_version, self.to_version, self.expected_epoch),)
        return tuple(Switch(each["model"], each["from_version"], each["to_version"], each["epoch"]) for each in members)

    @property
    def models(self) -> tuple[str, ...]:
        """Every model that it switches."""
        return tuple(each.model for each in self.switches)

    def of(self, model: str) -> "Operation":
        """The same, told as of one of its models."""
        found = next(each for each in self.switches if each.model == model)
        return replace(
            self,
            model=model,
            from_version=found.from_version,
            to_version=found.to_version,
            expected_epoch=found.expected_epoch,
        )

    def step(self, name: StepName) -> StepRecord:
        """That step of the journal."""
        return next(record for record in self.steps if record.name is name)

    @property
    def current(self) -> StepName:
        """The first step that isn't done; FINISH where all are."""
        return next((record.name for record in self.steps if record.state is not StepState.DONE), StepName.FINISH)

    @property
    def words(self) -> str:
        """What it does, such as `rollback fraud 8 → 7 and limits 3 → 2`."""
        return f"{self.kind} {' and '.join(map(str, self.switches))}"

    def __str__(self) -> str:
        return f"operation {self.id} ({self.words})"
