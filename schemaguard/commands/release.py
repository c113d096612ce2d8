"""What promote, rollback and resume have in common: plan, lock, write the intent down, carry it out."""

import time

from schemaguard.adapters.releases import ControlDatabase
from schemaguard.errors import ConflictError, RegistryError
from schemaguard.frozen import dataclass, replace
from schemaguard.releases.document import plan_hash
from schemaguard.releases.execute import Done, Watch, execute
from schemaguard.releases.fit import Fit
from schemaguard.releases.plan import Plan, Wanted, make_plan
from schemaguard.releases.ports import Registry, World
from schemaguard.releases.release import Intent, Kind


@dataclass(frozen=True, slots=True)
class Request:
    """What an operator asks for, of which model, and why."""

    model: str
    wanted: Wanted
    intent: Intent


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan, and what the operator should know besides."""

    plan: Plan
    warning: str | None = None


class _GoneError(RegistryError):
    """The registry answers, and the model version or its artifact isn't there."""


def show(request: Request, database: ControlDatabase, registry: Registry, fit: Fit) -> Shown:
    """The plan for a request, with nothing touched."""
    plan = make_plan(database.now(request.model), request.wanted, fit)
    return Shown(plan, _check_artifact(plan, registry))


def carry_out(request: Request, shown: Shown, world: World, fit: Fit, watch: Watch = lambda _: None) -> Done:
    """Carry out what was shown.

    Raises ConflictError where the lock stays taken, another operation is open, or a plan made under the lock isn't
    the one that was shown any more.
    """
    began = time.monotonic()
    database = world.database
    database.lock()
    # Only the epoch that the operator saw is meant, whether it was named or not.
    wanted = replace(request.wanted, if_epoch=shown.plan.epoch)
    plan = make_plan(database.now(request.model), wanted, fit)
    if plan_hash(plan) != plan_hash(shown.plan):
        raise ConflictError(
            f"the database has changed since the plan for {request.model} was made",
            at=f"epoch {plan.epoch} still, but what would have to be done is another",
            next="look at schemaguard status, then decide again",
        )
    operation = database.open_operation(plan, request.intent)
    outcome = execute(operation, plan, world, watch)
    return Done(outcome, round((time.monotonic() - began) * 1000, 2), shown.warning)


def _check_artifact(plan: Plan, registry: Registry) -> str | None:
    """The warning where the registry couldn't be asked whether the target is there.

    RegistryError where it or its artifact is gone; and for a promotion also where the registry doesn't answer. In an
    incident, going back must be possible without it.
    """
    name = f"{plan.model} {plan.to_version}"
    try:
        if not registry.has_version(plan.model, plan.to_version):
            raise _GoneError(f"the registry has no {name}", at=registry.place, next="nothing was touched: register it")
        if registry.artifact_uri(plan.model, plan.to_version) is None:
            raise _GoneError(f"the artifact of {name} is gone", at=registry.place, next="nothing was touched")
    except _GoneError:
        raise
    except RegistryError as error:
        if plan.kind is Kind.PROMOTE:
            raise
        return f"the registry couldn't be asked for the artifact of {name}: {error.what}"
    return None
