"""FINISH: retire what only the release that was left names, once no server needs it any more."""

from collections.abc import Mapping
from typing import Any

from schemaguard.errors import command_line
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import World
from schemaguard.releases.release import Operation, OperationKind, OperationState, StepName
from schemaguard.releases.seen import Seen, State
from schemaguard.releases.steps.step import OperationStep, StepInverse, WaitingError


def _probe(_: Plan, seen: Seen) -> State:
    return State.AFTER if seen.state in (OperationState.DONE, OperationState.ABANDONED) else State.BEFORE


def _perform(operation: Operation, plan: Plan, world: World) -> Mapping[str, Any]:
    if plan.leftovers or plan.owed or plan.gives_back:
        reason = waits_for(world.database.observe(operation, plan), plan, finish_now=world.finish_now)
        if reason is not None:
            raise WaitingError(reason, next=f"schemaguard resume {operation.id} --finish, or: schemaguard reconcile")
    return world.database.finish(operation, plan)


def waits_for(seen: Seen, plan: Plan, *, finish_now: bool) -> str | None:
    """Why what is left over can't be retired yet, None where it can."""
    if seen.pointer.epoch > plan.epoch + 1:
        return None  # Somebody has switched again since: nothing of this plan is retired, it is only closed.
    if seen.waits_for:
        return f"still needed by {', '.join(seen.waits_for)}"
    if finish_now:
        return None
    mine = [server for server in seen.servers if server.model == plan.model]
    if not mine and not plan.leftovers:
        return None  # Nobody has said that they serve: constraints of the version that serves now may come back.
    if not mine:
        return "no model server has reported that it has switched"
    behind = [server.name for server in mine if server.epoch <= plan.epoch and server.lease_until > seen.at]
    return f"these model servers have not switched yet: {', '.join(behind)}" if behind else None


def _inverse(plan: Plan) -> StepInverse:
    target = plan.from_version or plan.to_version
    verb = ("canary", "start") if plan.kind is OperationKind.ABORT else ("promote",)
    return StepInverse(command_line(*verb, plan.model, target), "what was retired comes back")


def _describe(plan: Plan) -> tuple[str, ...]:
    lines = [
        f"retire {each.object}" + (" when no window needs it" if each.waits else " when every server has switched")
        for each in plan.leftovers
    ]
    lines += [f"then try: {statement}" for statement in plan.owed]
    lines += [f"then give back {each.object}" for each in plan.gives_back]
    return tuple(lines) or ("nothing to retire",)


STEP = OperationStep(StepName.FINISH, _probe, _perform, _inverse, _describe)
