"""COMMIT: one short transaction that switches the pointer, if the epoch is still the one that the operator saw."""

from collections.abc import Mapping
from typing import Any

from schemaguard.errors import command_line
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import World
from schemaguard.releases.release import Operation, StepName
from schemaguard.releases.seen import Seen, State
from schemaguard.releases.steps.step import OperationStep, StepInverse


def _probe(plan: Plan, seen: Seen) -> State:
    if seen.switched:
        return State.AFTER
    # A moved epoch is for the transaction's own compare-and-set to refuse: only it can say so without a race.
    return State.BEFORE if seen.pointer.epoch >= plan.epoch else State.NEITHER


def _perform(operation: Operation, plan: Plan, world: World) -> Mapping[str, Any]:
    detail = world.database.commit(operation, plan)
    world.database.notify(plan.model)
    return detail


def _inverse(plan: Plan) -> StepInverse:
    if plan.from_version is None:
        return StepInverse(None, "nothing served before")
    if plan.kind == "promote":
        back = command_line("rollback", plan.model, "--to", plan.from_version, "--reason", "WHY")
    else:
        back = command_line("promote", plan.model, plan.from_version)
    return StepInverse(back, "an operation of its own")


def _describe(plan: Plan) -> tuple[str, ...]:
    way = f"{plan.from_version} → {plan.to_version}" if plan.from_version else f"→ {plan.to_version}"
    lines = [f"pointer {plan.model} {way}, epoch {plan.epoch} → {plan.epoch + 1}"]
    move = plan.revision
    if move.moves:
        lines.append(f"applied revision {', '.join(move.before)} → {', '.join(move.after)}")
    if move.hold:
        lines.append(f"hold {', '.join(move.hold)}: {move.reason}")
    if move.release:
        lines.append(f"lift the hold on {', '.join(move.release)}: {move.reason}")
    return tuple(lines)


STEP = OperationStep(StepName.COMMIT, _probe, _perform, _inverse, _describe)
