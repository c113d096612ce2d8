"""FINISH: retire what only the release that was left names, once no server needs it any more."""

from collections.abc import Mapping
from typing import Any

from schemaguard.errors import command_line
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import World
from schemaguard.releases.release import Operation, OperationKind, OperationState, StepName
from schemaguard.releases.seen import Seen, State
from schemaguard.releases.steps.step import OperationStep, StepInverse, WaitingError
from schemaguard.releases.together import OperationPlan

_IDLE = "nothing to retire"


def _probe(_: Plan, seen: Seen) -> State:
    return State.AFTER if seen.state in (OperationState.DONE, OperationState.ABANDONED) else State.BEFORE


def _perform(operation: Operation, plan: OperationPlan, world: World) -> Mapping[str, Any]:
    if any(each.leftovers or each.owed or each.gives_back for each in plan.members):
        reason = waits_for(world.database.observe(operation, plan), plan, finish_now=world.finish_now)
        if reason is not None:
            raise WaitingError(reason, next=f"schemaguard resume {operation.id} --finish, or: schemaguard reconcile")
    return world.database.finish(operation, plan)


def waits_for(seen: tuple[Seen, ...], plan: OperationPlan, *, finish_now: bool) -> str | None:
    """Why what is left over can't be retired yet, None where it can.

    What one of the models leaves over the servers of another may still read: all of them are waited for.
    """
    current = [
        (its, each)
        for its, each in zip(seen, plan.members, strict=True)
        # Where somebody has switched again since, nothing of that plan is retired.
        if its.pointer.epoch <= each.epoch + 1
    ]
    is_left_over = any(each.leftovers for _, each in current)
    reasons = []
    for its, each in current:
        reason = _waits_for(its, each, finish_now=finish_now, is_left_over=is_left_over)
        if reason is not None:
            reasons.append(f"{each.model}: {reason}" if len(plan.members) > 1 else reason)
    return "; ".join(reasons) or None


def _waits_for(seen: Seen, plan: Plan, *, finish_now: bool, is_left_over: bool) -> str | None:
    if seen.waits_for:
        return f"still needed by {', '.join(seen.waits_for)}"
    if finish_now:
        return None
    mine = [server for server in seen.servers if server.model == plan.model]
    if not mine and not is_left_over:
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
    if held := held_with(plan):
        lines.append(f"then hold {', '.join(held)}, and take the applied revision back behind it where it can be")
    lines += [f"then try: {statement}" for statement in plan.owed]
    lines += [f"then give back {each.object}" for each in plan.gives_back]
    return tuple(lines) or (_IDLE,)


def held_with(plan: Plan) -> tuple[str, ...]:
    """The revisions that made what FINISH takes out of sight: a plain upgrade won't bring it back from then on."""
    if plan.kind not in (OperationKind.ROLLBACK, OperationKind.ABORT):
        return ()
    return tuple(sorted({each.revision for each in plan.leftovers if each.revision is not None and not each.waits}))


STEP = OperationStep(StepName.FINISH, _probe, _perform, _inverse, _describe, _IDLE)
