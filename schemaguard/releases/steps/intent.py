"""INTENT: who, why, the plan and its hash, in the journal and the ledger, before anything is touched."""

from collections.abc import Mapping
from typing import Any

from schemaguard.errors import NeedsHumanError
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import World
from schemaguard.releases.release import Operation, StepName
from schemaguard.releases.seen import Seen, State
from schemaguard.releases.steps.step import OperationStep, StepInverse
from schemaguard.releases.together import OperationPlan


def _probe(_: Plan, __: Seen) -> State:
    # An operation that can be looked at has its intent: row, steps and ledger entry were one transaction.
    return State.AFTER


def _perform(operation: Operation, _: OperationPlan, __: World) -> Mapping[str, Any]:
    raise NeedsHumanError(f"{operation} has no intent in the journal", next="look at schemaguard.operation")


def _inverse(_: Plan) -> StepInverse:
    return StepInverse(None, "close the operation as abandoned")


def _describe(plan: Plan) -> tuple[str, ...]:
    return (f"write down who and why, and that the epoch is {plan.epoch}",)


STEP = OperationStep(StepName.INTENT, _probe, _perform, _inverse, _describe)
