"""PROJECT: the outbox becomes the registry's alias and shares of traffic. Idempotent, and never over a newer epoch."""

from collections.abc import Mapping
from typing import Any

from schemaguard.errors import RegistryError
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import TRAFFIC, Delivery, World
from schemaguard.releases.release import Operation, OperationKind, StepName
from schemaguard.releases.seen import Seen, State
from schemaguard.releases.steps.step import OperationStep, StepInverse, WaitingError
from schemaguard.releases.together import OperationPlan


def _probe(_: Plan, seen: Seen) -> State:
    return State.BEFORE if seen.undelivered else State.AFTER


def _perform(operation: Operation, plan: OperationPlan, world: World) -> Mapping[str, Any]:
    """Each target by itself: one that can't be reached keeps no other from being told."""
    details: dict[str, dict[str, Any]] = {}
    failed: dict[str, RegistryError] = {}
    for delivery in world.database.deliveries(operation):
        try:
            details[delivery.model] = _deliver(delivery, world)
        except RegistryError as error:
            world.database.not_delivered(delivery, str(error))
            failed.setdefault(delivery.model, error)
        else:
            world.database.delivered(delivery, details[delivery.model])
    if failed:
        behind = [each for each in plan.members if each.model in failed]
        serving = " and ".join(f"{each.model} {each.to_version} serves (epoch {each.epoch + 1})" for each in behind)
        first = next(iter(failed.values()))
        raise WaitingError(
            f"{serving}, but the registry's alias could not follow: {first.what}",
            at=first.at,
            next=f"once the registry answers again: schemaguard resume {operation.id}",
        ) from first
    return details.get(plan.model, {}) if len(plan.members) == 1 else {"aliases": details}


def _deliver(delivery: Delivery, world: World) -> dict[str, Any]:
    if (newest := world.database.newest_epoch(delivery.model)) > delivery.epoch:
        return {"skipped": f"epoch {newest} is newer"}
    if delivery.target == TRAFFIC:
        # Who routes by the pointer follows it; nothing else has to be told.
        return dict(delivery.payload)
    alias, version = delivery.payload["alias"], delivery.payload["version"]
    was = world.registry.alias(delivery.model, alias)
    if was != version:
        world.registry.set_alias(delivery.model, alias, version)
    return {"alias": alias, "was": was, "version": version}


def _inverse(plan: Plan) -> StepInverse:
    return StepInverse("schemaguard reconcile", f"the alias {plan.alias} follows the pointer")


def _describe(plan: Plan) -> tuple[str, ...]:
    if plan.kind in (OperationKind.CANARY, OperationKind.ADVANCE, OperationKind.ABORT):
        share = f"canary {plan.canary.version} {plan.canary.percent} %" if plan.canary is not None else "no canary"
        return (f"traffic of {plan.model}: {share}; the registry's alias stays",)
    return (f"registry alias {plan.model}@{plan.alias} → {plan.to_version}",)


STEP = OperationStep(StepName.PROJECT, _probe, _perform, _inverse, _describe)
