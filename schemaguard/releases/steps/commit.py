"""COMMIT: one short transaction that switches the pointer, if the epoch is still the one that the operator saw."""

from collections.abc import Mapping
from typing import Any

from schemaguard.errors import command_line
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import World
from schemaguard.releases.release import Operation, OperationKind, StepName
from schemaguard.releases.seen import Seen, State
from schemaguard.releases.steps.step import OperationStep, StepInverse
from schemaguard.releases.together import OperationPlan


def _probe(plan: Plan, seen: Seen) -> State:
    if seen.switched:
        return State.AFTER
    # A moved epoch is for the transaction's own compare-and-set to refuse: only it can say so without a race.
    return State.BEFORE if seen.pointer.epoch >= plan.epoch else State.NEITHER


def _perform(operation: Operation, plan: OperationPlan, world: World) -> Mapping[str, Any]:
    detail = world.database.commit(operation, plan)
    for each in plan.members:
        world.database.notify(each.model)
    return detail


def _inverse(plan: Plan) -> StepInverse:
    if plan.kind in (OperationKind.CANARY, OperationKind.ADVANCE):
        return StepInverse(command_line("canary", "abort", plan.model, "--reason", "WHY"), "an operation of its own")
    if plan.kind is OperationKind.ABORT:
        assert plan.from_version is not None
        again = command_line("canary", "start", plan.model, plan.from_version)
        return StepInverse(again, "an operation of its own")
    if plan.from_version is None:
        return StepInverse(None, "nothing served before")
    if plan.kind is OperationKind.PROMOTE:
        back = command_line("rollback", plan.model, "--to", plan.from_version, "--reason", "WHY")
    else:
        back = command_line("promote", plan.model, plan.from_version)
    return StepInverse(back, "an operation of its own")


def _describe(plan: Plan) -> tuple[str, ...]:
    lines = [f"pointer {plan.model} {_way(plan)}, epoch {plan.epoch} → {plan.epoch + 1}"]
    if plan.canary_before is not None and plan.canary_before in plan.left and plan.kind is not OperationKind.ABORT:
        lines.append(f"the canary {plan.canary_before} ends")
    move = plan.revision
    if move.moves:
        lines.append(f"applied revision {', '.join(move.before)} → {', '.join(move.after)}")
    if move.hold:
        lines.append(f"hold {', '.join(move.hold)}: {move.reason}")
    if move.release:
        lines.append(f"lift the hold on {', '.join(move.release)}: {move.reason}")
    return tuple(lines)


def _way(plan: Plan) -> str:
    if plan.canary is not None:
        return f"{plan.active_after}, canary {plan.canary.version} with {plan.canary.percent} %"
    if plan.kind is OperationKind.ABORT:
        return f"{plan.active_after} alone, without the canary {plan.canary_before}"
    return f"{plan.from_version} → {plan.to_version}" if plan.from_version else f"→ {plan.to_version}"


STEP = OperationStep(StepName.COMMIT, _probe, _perform, _inverse, _describe)
