"""The one loop that carries a plan out: write down, probe, perform if before, probe again, write down."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from schemaguard.errors import ConflictError, NeedsHumanError
from schemaguard.frozen import dataclass, field
from schemaguard.releases.ports import ConnectionLostError, World
from schemaguard.releases.release import Operation, StepName, StepState
from schemaguard.releases.seen import State
from schemaguard.releases.steps import STEPS, OperationStep
from schemaguard.releases.steps.step import WaitingError
from schemaguard.releases.together import OperationPlan

_LOSSES = 3
"""How often a step is tried again after the connection was lost."""
Watch = Callable[[StepName], None]
"""Called after each step, when the journal has it."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What came of one step."""

    name: StepName
    state: StepState
    ms: float
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OperationOutcome:
    """What came of an operation; `waiting` says what it waits for, where it does."""

    operation: Operation
    plan: OperationPlan
    steps: tuple[StepOutcome, ...]
    waiting: WaitingError | None = None

    def step(self, name: StepName) -> StepOutcome | None:
        """What came of that step, None where it wasn't reached."""
        return next((outcome for outcome in self.steps if outcome.name is name), None)


@dataclass(frozen=True, slots=True)
class Done:
    """An outcome, and how long it took from the moment in which it was allowed to begin."""

    outcome: OperationOutcome
    total_ms: float
    warning: str | None = None


def execute(
    operation: Operation,
    plan: OperationPlan,
    world: World,
    watch: Watch = lambda _: None,
    steps: tuple[OperationStep, ...] = STEPS,
) -> OperationOutcome:
    """Carry an operation on from where its journal stands, to its end or to where it has to wait.

    `steps` are the first ones where somebody else has to say whether it goes on. A step at which the connection is lost
    is carried out again on a new one, from its first probe on.

    Raises ConflictError where somebody was faster and NeedsHumanError where a step is neither before nor after.
    """
    outcomes: list[StepOutcome] = []
    for step in steps:
        record = operation.step(step.name)
        if record.state is StepState.DONE:
            outcomes.append(StepOutcome(step.name, StepState.DONE, float(record.detail.get("ms", 0)), record.detail))
        else:
            outcome, waiting = _through_losses(step, operation, plan, world)
            outcomes.append(outcome)
            if waiting is not None:
                return OperationOutcome(operation, plan, tuple(outcomes), waiting)
        watch(step.name)
    return OperationOutcome(operation, plan, tuple(outcomes))


_Came = tuple[StepOutcome, WaitingError | None]


def _through_losses(step: OperationStep, operation: Operation, plan: OperationPlan, world: World) -> _Came:
    """What comes of a step, and what it waits for. Whether what was lost is committed is what its probe tells."""
    began, before = time.monotonic(), dict[str, Any]()
    for _ in range(_LOSSES):
        try:
            return _written_down(step, operation, plan, world, (began, before))
        except ConnectionLostError:
            server = world.database.reconnect()
            _require_still_there(operation, world, server)
            before = {"after": "a lost connection", **({"server": server} if server else {})}
    return _written_down(step, operation, plan, world, (began, before))


def _written_down(
    step: OperationStep, operation: Operation, plan: OperationPlan, world: World, so_far: tuple[float, dict[str, Any]]
) -> _Came:
    began, before = so_far
    try:
        detail = _carry_out(step, operation, plan, world)
    except WaitingError as waiting:
        world.database.wait(operation, step.name, waiting.what)
        waits = {"waits": waiting.what, **before}
        return StepOutcome(step.name, StepState.WAITING, _ms_since(began), waits), waiting
    detail = {**before, **detail, "ms": _ms_since(began)}
    world.database.done(operation, step.name, detail)
    return StepOutcome(step.name, StepState.DONE, detail["ms"], detail), None


def _require_still_there(operation: Operation, world: World, server: str) -> None:
    """ConflictError where the database that answers now doesn't know the operation: it was lost with the old server."""
    found = world.database.operation(operation.id)
    if found is None or found.opened_at != operation.opened_at:
        raise ConflictError(
            f"{operation} is lost: the database that answers now never heard of it",
            at=server or "another server, or a backup, has taken over",
            next="look at schemaguard status, and decide again; schemaguard reconcile puts the alias right",
        )


def _carry_out(step: OperationStep, operation: Operation, plan: OperationPlan, world: World) -> Mapping[str, Any]:
    world.database.start(operation, step.name)
    detail: Mapping[str, Any] = {}
    state = step.state(plan, world.database.observe(operation, plan))
    if state is State.BEFORE:
        detail = step.perform(operation, plan, world)
        state = step.state(plan, world.database.observe(operation, plan))
    if state is not State.AFTER:
        raise NeedsHumanError(
            f"{operation}: {step.name} is {'still before' if state is State.BEFORE else 'neither before nor after'} it",
            at=f"operation {operation.id}, step {step.name}",
            next=f"look at the database; then, if the step is done: schemaguard resume {operation.id} --mark done; "
            f"else: schemaguard resume {operation.id} --abandon",
        )
    return detail


def _ms_since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 2)
