"""The questions that every step answers."""

from collections.abc import Callable, Mapping
from typing import Any

from schemaguard.errors import SchemaguardError
from schemaguard.frozen import dataclass
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import World
from schemaguard.releases.release import Operation, StepName
from schemaguard.releases.seen import Seen, State
from schemaguard.releases.together import OperationPlan


class WaitingError(SchemaguardError):
    """The step can't be done now, nobody is blocked by that, and it can be done later."""


@dataclass(frozen=True, slots=True)
class StepInverse:
    """How a step is undone: by abandoning the operation, or only by `command`, an operation of its own."""

    command: str | None
    words: str


@dataclass(frozen=True, slots=True)
class OperationStep:
    """One idempotent act.

    `probe` is pure: where the world stands with respect to the step, for one model. `perform` takes all models of the
    operation from BEFORE to AFTER, in one transaction or by acts that may be repeated, and returns what the journal
    keeps of it. `inverse` says how it is undone, `describe` what it does with one model, a line an act.
    """

    name: StepName
    probe: Callable[[Plan, Seen], State]
    perform: Callable[[Operation, OperationPlan, World], Mapping[str, Any]]
    inverse: Callable[[Plan], StepInverse]
    describe: Callable[[Plan], tuple[str, ...]]
    idle: str = ""
    """What it says where it has nothing to do for a model."""

    def state(self, plan: OperationPlan, seen: tuple[Seen, ...]) -> State:
        """Where the world stands for all models: AFTER when it does for each."""
        states = {self.probe(each, its) for each, its in zip(plan.members, seen, strict=True)}
        if State.NEITHER in states:
            return State.NEITHER
        return State.AFTER if states == {State.AFTER} else State.BEFORE

    def lines(self, plan: OperationPlan) -> tuple[str, ...]:
        """What it does, a line an act, for all models."""
        lines = dict.fromkeys(line for each in plan.members for line in self.describe(each))
        said = tuple(line for line in lines if line != self.idle)
        return said or (self.idle,)
