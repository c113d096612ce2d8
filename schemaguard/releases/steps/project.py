"""PROJECT: the outbox becomes shares of traffic and the registry's alias. Idempotent, and never over a newer epoch."""

from collections.abc import Mapping
from typing import Any

from schemaguard.errors import RegistryError, SchemaguardError
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import TRAFFIC, Delivery, World
from schemaguard.releases.release import Operation, OperationKind, StepName
from schemaguard.releases.seen import Seen, State
from schemaguard.releases.steps.step import OperationStep, StepInverse, WaitingError
from schemaguard.releases.together import OperationPlan
from schemaguard.releases.traffic import TARGET, TrafficError

_Arrived = tuple[Delivery, Mapping[str, Any] | SchemaguardError]


def _probe(_: Plan, seen: Seen) -> State:
    return State.BEFORE if seen.undelivered else State.AFTER


def _perform(operation: Operation, plan: OperationPlan, world: World) -> Mapping[str, Any]:
    """Each target by itself: one that can't be reached keeps no other from being told. Traffic goes first."""
    deliveries = world.database.deliveries(operation)
    proxied = [each for each in deliveries if each.target.startswith(TARGET)]
    outcomes = _write_down(_show(proxied, world), world)
    outcomes += _write_down([(each, _deliver(each, world)) for each in deliveries if each not in proxied], world)
    failed = {each.model: error for each, error in reversed(outcomes) if isinstance(error, SchemaguardError)}
    if failed:
        raise _waiting(operation, plan, failed)
    details: dict[str, dict[str, Any]] = {}
    for each, detail in outcomes:
        assert not isinstance(detail, SchemaguardError)
        of_model = details.setdefault(each.model, {})
        if each.target.startswith(TARGET):
            of_model.setdefault("proxies", {})[each.target.removeprefix(TARGET)] = dict(detail)
        else:
            of_model.update(detail)
    return details.get(plan.model, {}) if len(plan.members) == 1 else {"aliases": details}


def _write_down(outcomes: list[_Arrived], world: World) -> list[_Arrived]:
    for delivery, outcome in outcomes:
        if isinstance(outcome, SchemaguardError):
            world.database.not_delivered(delivery, str(outcome))
        else:
            world.database.delivered(delivery, outcome)
    return outcomes


def _waiting(operation: Operation, plan: OperationPlan, failed: Mapping[str, SchemaguardError]) -> WaitingError:
    behind = [each for each in plan.members if each.model in failed]
    serving = " and ".join(f"{each.model} {each.active_after} serves (epoch {each.epoch + 1})" for each in behind)
    first = next(iter(failed.values()))
    is_traffic = isinstance(first, TrafficError)
    what = f"the traffic doesn't follow yet: {first.what}" if is_traffic else _ALIAS.format(first.what)
    who = "the proxy" if is_traffic else "the registry"
    waiting = WaitingError(
        f"{serving}, but {what}", at=first.at, next=f"once {who} answers again: schemaguard resume {operation.id}"
    )
    waiting.__cause__ = first
    return waiting


_ALIAS = "the registry's alias could not follow: {}"


def _show(proxied: list[Delivery], world: World) -> list[_Arrived]:
    newest = {each.model: world.database.newest_epoch(each.model) for each in proxied}
    current = [each for each in proxied if newest[each.model] <= each.epoch]
    shown = world.traffic.show(current)
    skipped = {each.id: {"skipped": f"epoch {newest[each.model]} is newer"} for each in proxied if each not in current}
    return [(each, skipped.get(each.id) or shown[each.id]) for each in proxied]


def _deliver(delivery: Delivery, world: World) -> Mapping[str, Any] | RegistryError:
    if (newest := world.database.newest_epoch(delivery.model)) > delivery.epoch:
        return {"skipped": f"epoch {newest} is newer"}
    if delivery.target == TRAFFIC:
        # Who routes by the pointer follows it; nothing else has to be told.
        return dict(delivery.payload)
    alias, version = delivery.payload["alias"], delivery.payload["version"]
    try:
        was = world.registry.alias(delivery.model, alias)
        if was != version:
            world.registry.set_alias(delivery.model, alias, version)
    except RegistryError as error:
        return error
    return {"alias": alias, "was": was, "version": version}


def _inverse(plan: Plan) -> StepInverse:
    return StepInverse("schemaguard reconcile", f"the alias {plan.alias} follows the pointer")


def _describe(plan: Plan) -> tuple[str, ...]:
    if plan.kind in (OperationKind.CANARY, OperationKind.ADVANCE, OperationKind.ABORT):
        share = f"canary {plan.canary.version} {plan.canary.percent} %" if plan.canary is not None else "no canary"
        return (f"traffic of {plan.model}: {share}; the registry's alias stays",)
    return (f"registry alias {plan.model}@{plan.alias} → {plan.to_version}",)


STEP = OperationStep(StepName.PROJECT, _probe, _perform, _inverse, _describe)
