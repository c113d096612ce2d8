"""The questions that every step answers."""

from collections.abc import Callable, Mapping
from typing import Any

from schemaguard.errors import SchemaguardError
from schemaguard.frozen import dataclass
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import World
from schemaguard.releases.release import Operation, StepName
from schemaguard.releases.seen import Seen, State


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

    `probe` is pure: where the world stands with respect to the step. `perform` takes it from BEFORE to AFTER, in one
    transaction or by acts that may be repeated, and returns what the journal keeps of it. `inverse` says how it is
    undone, `describe` what it does, a line an act.
    """

    name: StepName
    probe: Callable[[Plan, Seen], State]
    perform: Callable[[Operation, Plan, World], Mapping[str, Any]]
    inverse: Callable[[Plan], StepInverse]
    describe: Callable[[Plan], tuple[str, ...]]
