"""PROJECT: the outbox becomes the registry's alias and shares of traffic. Idempotent, and never over a newer epoch."""

from collections.abc import Mapping
from typing import Any

from schemaguard.errors import RegistryError
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import TRAFFIC, Delivery, World
from schemaguard.releases.release import Operation, OperationKind, StepName
from schemaguard.releases.seen import Seen, State
from schemaguard.releases.steps.step import OperationStep, StepInverse, WaitingError


def _probe(_: Plan, seen: Seen) -> State:
    return State.BEFORE if seen.undelivered else State.AFTER


def _perform(operation: Operation, plan: Plan, world: World) -> Mapping[str, Any]:
    """Each target by itself: one that can't be reached keeps no other from being told."""
    detail: dict[str, Any] = {}
    failed: RegistryError | None = None
    for delivery in world.database.deliveries(operation):
        try:
            detail = _deliver(delivery, world)
        except RegistryError as error:
            world.database.not_delivered(delivery, str(error))
            failed = failed or error
        else:
            world.database.delivered(delivery, detail)
    if failed is not None:
        raise WaitingError(
            f"{plan.model} {plan.to_version} serves (epoch {plan.epoch + 1}), but the registry's alias could not "
            f"follow: {failed.what}",
            at=failed.at,
            next=f"once the registry answers again: schemaguard resume {operation.id}",
        ) from failed
    return detail


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
