"""What a run of a fleet does next: pure, from how many members stand where.

A run goes through its members in waves: the canaries first, the others when every canary is done. Whoever carries a
member out holds a lock that ends with it, so that a member whose worker has died is begun again by another.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, assert_never

from schemaguard.fleet.manifest import FleetPolicy, OnFailure
from schemaguard.frozen import dataclass, field

MOST_LOSSES = 5
"""How often a member is begun again whose worker has died: it may be what kills them."""


class FleetVerb(StrEnum):
    """What is done with each member."""

    UPGRADE = "upgrade"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


class TaskState(StrEnum):
    """Where one member of a run stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"
    LEFT = "left behind"
    BACK = "taken back"


class RunState(StrEnum):
    """Where a run stands; only one of a fleet is running or stopped."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    ABANDONED = "abandoned"


BAD = (TaskState.FAILED, TaskState.LEFT, TaskState.BACK)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is done with each member: a revision, or a model and a version, and why."""

    verb: FleetVerb
    actor: str
    reason: str
    target: str | None = None
    """The revision, or the version; None: where a rollback goes by itself."""
    model: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What is done, such as `promote fraud 8`."""
        return " ".join(filter(None, (self.verb.value, self.model, self.target)))


@dataclass(frozen=True, slots=True)
class FleetRun:
    """One pass over members of a fleet; `generation` is the one that it flips to."""

    id: int
    fleet: str
    asked: Asked
    policy: FleetPolicy
    state: RunState
    generation: int
    forgiven: int = 0
    """How many had failed when somebody said that it goes on."""
    why: str = ""
    """Why it has stopped."""
    is_together: bool = False
    decision: str | None = None
    """For members that switch together: `commit` or `abort`, once it is decided."""
    label: str = ""
    """What tells the run from those of every other fleet, in the databases of its members."""


@dataclass(frozen=True, slots=True)
class FleetTask:
    """One member of a run."""

    id: int
    member: str
    wave: int
    state: TaskState
    attempts: int = 0
    losses: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


Counts = Mapping[tuple[int, TaskState], int]
"""(wave, state) → how many members."""


@dataclass(frozen=True, slots=True)
class TakeFrom:
    """Begin a member of this wave."""

    wave: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing can be begun now: others are at it."""


@dataclass(frozen=True, slots=True)
class Close:
    """The run is over, or stops with a reason; `flips` says whether the generation does."""

    state: RunState
    why: str = ""

    @property
    def flips(self) -> bool:
        """Whether the fleet has a new generation."""
        return self.state is RunState.DONE


FleetStep = TakeFrom | Pause | Close


def next_step(run: FleetRun, counts: Counts) -> FleetStep:
    """What a worker does next, given where the members stand."""
    waiting, taken = _sum(counts, TaskState.WAITING), _sum(counts, TaskState.TAKEN)
    bad = sum(_sum(counts, state) for state in BAD)
    stops = _why_stop(run, counts, bad)
    if stops and (waiting or taken):
        return Pause() if taken else Close(RunState.STOPPED, stops)
    if not waiting and not taken:
        failed = _sum(counts, TaskState.FAILED)
        if failed:
            return Close(RunState.STOPPED, f"{failed} {'member' if failed == 1 else 'members'} failed")
        return Close(RunState.DONE)
    if taken >= run.policy.at_once or not waiting:
        return Pause()
    waves = sorted({wave for (wave, state), count in counts.items() if count and state is TaskState.WAITING})
    first = waves[0]
    is_under_way = any(count for (wave, state), count in counts.items() if wave < first and state is TaskState.TAKEN)
    return Pause() if is_under_way else TakeFrom(first)


def _why_stop(run: FleetRun, counts: Counts, bad: int) -> str:
    new = bad - run.forgiven
    if new <= 0:
        return ""
    canaries = sum(counts.get((0, state), 0) for state in BAD)
    # No other is begun while a canary can still fail: what is forgiven until then is of canaries.
    if canaries > run.forgiven and any(wave > 0 for wave, _ in counts):
        return f"{canaries} of the canaries failed"
    return f"{bad} {'member' if bad == 1 else 'members'} failed" if new >= run.policy.stop_after else ""


def _sum(counts: Counts, state: TaskState) -> int:
    return sum(count for (_, its), count in counts.items() if its is state)


def after_failure(policy: FleetPolicy) -> TaskState:
    """Where a member ends that fails after all its attempts; `taken back` is what has to be tried."""
    match policy.on_failure:
        case OnFailure.RETRY:
            return TaskState.FAILED
        case OnFailure.LEAVE_BEHIND:
            return TaskState.LEFT
        case OnFailure.ROLL_BACK:
            return TaskState.BACK
        case _:
            assert_never(policy.on_failure)


def waves(members: Mapping[str, bool]) -> Mapping[str, int]:
    """Member → its wave, given who is a canary: 0 for canaries, 1 for the others."""
    return {name: 0 if is_canary else 1 for name, is_canary in members.items()}
