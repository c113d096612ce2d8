"""PREPARE: bring back what the target needs and make its views. From here on the database satisfies both contracts."""

from collections.abc import Mapping
from typing import Any

from schemaguard.releases.additions import GivenBack
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import World
from schemaguard.releases.readiness import Reversal
from schemaguard.releases.release import Operation, ReversalClass, StepName
from schemaguard.releases.seen import Seen, Sight, State
from schemaguard.releases.steps.step import OperationStep, StepInverse
from schemaguard.releases.together import OperationPlan

_IDLE = "nothing to bring back"


def _probe(plan: Plan, seen: Seen) -> State:
    sights = {seen.retired.get(each.retired) for each in plan.reversals if each.retired is not None}
    values = {each.captured: not each.is_again for each in plan.reversals if each.captured is not None}
    if any(seen.captured.get(number) is None for number in values):
        return State.NEITHER
    if sights & {Sight.PURGED, Sight.GONE, Sight.TAKEN, None} or seen.wrong_views:
        return State.NEITHER
    inverted = {each.applied for each in plan.reversals if each.applied is not None and each.retired is None}
    is_written = all(seen.captured.get(number) == is_back for number, is_back in values.items())
    is_done = sights <= {Sight.RESTORED} and inverted <= seen.undone and is_written and not _is_left(seen)
    return State.AFTER if is_done else State.BEFORE


def _is_left(seen: Seen) -> bool:
    return bool(seen.required or seen.additions or seen.unfilled or seen.missing_views)


def _perform(operation: Operation, plan: OperationPlan, world: World) -> Mapping[str, Any]:
    return world.database.prepare(operation, plan)


def _inverse(plan: Plan) -> StepInverse:
    restored = ", ".join(plan.restored)
    return StepInverse(None, f"take {restored} out of sight again" if restored else "nothing: the views can stay")


def _describe(plan: Plan) -> tuple[str, ...]:
    lines = [line for each in plan.reversals for line in _reversing(each)]
    lines += [each.words for each in plan.additions]
    lines += [f"lift NOT NULL of {each.object}" for each in plan.loosenings]
    lines += [_filling(each) for each in plan.gives_back if each.fill]
    lines += plan.purged
    if plan.views.views:
        shown = ", ".join(view.name for view in plan.views.views)
        lines.append(f"contract views {plan.views.schema}: {shown}")
    if plan.reads_copy:
        lines.append(f"{plan.model} {plan.to_version} reads a copy, which is up to date after the next copy run")
    return tuple(lines) or (_IDLE,)


def _filling(back: GivenBack) -> str:
    said = f", as {back.fill_from} says" if back.fill_from else ""
    return f"{back.without_value or 0} rows get {back.fill} in {back.filled}{said}"


def _reversing(reversal: Reversal) -> tuple[str, ...]:
    if reversal.captured is not None:
        return (_writing(reversal),)
    if reversal.retired is None:
        return (f"undo: {reversal.object}",)
    count = f"{reversal.without_value or 0} rows without a value"
    if reversal.fill is not None:
        said = f", as {reversal.fill_from} says" if reversal.fill_from else ""
        return (f"restore {reversal.object}; {count} get {reversal.fill}{said}",)
    if reversal.reversal_class is ReversalClass.NEEDS_VALUES:
        return (f"restore {reversal.object}, which needs values: {count} (--fill EXPR)",)
    return (f"restore {reversal.object}",)


def _writing(reversal: Reversal) -> str:
    table, _, revision = reversal.object.rpartition("@")
    rows = "1 row" if reversal.rows == 1 else f"{reversal.rows} rows"
    what = f"{rows} of {table} that revision {revision} changed or deleted"
    said = f"change {what} as it did" if reversal.is_again else f"give back {what}"
    if reversal.changed_since is None or reversal.gone is None:
        return f"{said}; what was written since stays, and is counted then"
    stay = [f"{reversal.changed_since} were written since and stay as they are"] if reversal.changed_since else []
    stay += [f"{reversal.gone} were deleted since and stay away"] if reversal.gone else []
    return f"{said}; {', '.join(stay)}" if stay else said


STEP = OperationStep(StepName.PREPARE, _probe, _perform, _inverse, _describe, _IDLE)
