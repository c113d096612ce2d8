"""resume: carry an operation on from where its journal stands, or give it up before it has switched anything."""

import time

from schemaguard.adapters.control.database import ControlDatabase
from schemaguard.commands.site import Site
from schemaguard.commands.switching import unwatched, world_of
from schemaguard.errors import RefusedError, UsageError, command_line
from schemaguard.frozen import replace
from schemaguard.releases.document import from_document
from schemaguard.releases.execute import Done, Watch, execute
from schemaguard.releases.plan import Plan
from schemaguard.releases.release import Operation, OperationKind, OperationState, StepName, StepState
from schemaguard.releases.together import OperationPlan


def find(database: ControlDatabase, number: int | None) -> Operation:
    """That operation; without a number the open one, else the only one that waits. UsageError where there is none."""
    if number is not None:
        found = database.operation(number)
        if found is None:
            raise UsageError(f"there is no operation {number}", next="schemaguard status lists what isn't finished")
        if found.state in (OperationState.DONE, OperationState.ABANDONED):
            raise UsageError(f"{found} is already {found.state}", next="schemaguard status lists what isn't finished")
        return found
    unfinished = database.unfinished()
    open_ones = [each for each in unfinished if each.state is OperationState.OPEN] or list(unfinished)
    if not open_ones:
        raise UsageError("there is no operation to resume", next="schemaguard status")
    if len(open_ones) > 1:
        listed = ", ".join(str(each) for each in open_ones)
        raise UsageError("several operations are waiting", at=listed, next="name one: schemaguard resume NUMBER")
    return open_ones[0]


def resume(
    site: Site, number: int | None, *, finish: bool = False, watch: Watch = unwatched, at_once: bool = False
) -> Done:
    """Carry an operation on, to its end or to where it has to wait; `finish`: without waiting for servers.

    `at_once`: although no registry is configured.
    """
    began = time.monotonic()
    database = site.database
    database.lock()
    operation = find(database, number)
    world = world_of(site, at_once=at_once, finish=finish)
    outcome = execute(operation, from_document(operation.document), world, watch)
    return Done(outcome, round((time.monotonic() - began) * 1000, 2))


def mark_done(site: Site, number: int | None) -> Operation:
    """Take the operator's word that the step at which an operation stopped is done; the ledger says whose word."""
    database = site.database
    database.lock()
    operation = find(database, number)
    step = operation.current
    if step in (StepName.COMMIT, StepName.FINISH):
        raise RefusedError(
            f"{step} of {operation} can't be marked as done: only the pointer's row in the database can say so",
            at=f"operation {operation.id}, step {step}",
            next=f"schemaguard resume {operation.id}, or to give it up: schemaguard resume {operation.id} --abandon",
        )
    database.mark_done(operation, step, site.actor)
    steps = tuple(replace(r, state=StepState.DONE) if r.name is step else r for r in operation.steps)
    return replace(operation, steps=steps)


def abandon(site: Site, number: int | None) -> Operation:
    """Give an operation up: what PREPARE did is undone. RefusedError where the pointer has been switched already."""
    database = site.database
    database.lock()
    operation = find(database, number)
    plan = from_document(operation.document)
    seen = database.observe(operation, plan)
    switched = [each for each in seen if each.switched]
    if switched:
        back = _way_back_together(plan)
        raise RefusedError(
            f"{operation} has switched the pointer already (epoch {switched[0].pointer.epoch})",
            at=f"operation {operation.id}, step {operation.current}",
            next=f"schemaguard resume {operation.id}, then: {back}",
        )
    database.abandon(operation, plan, site.actor)
    return operation


def _way_back_together(plan: OperationPlan) -> str:
    """What takes back what was switched, for all models at once where one command does."""
    lead = plan.lead
    others = [each for each in plan.members if each is not lead]
    if plan.kind is OperationKind.ROLLBACK and all(each.from_version is not None for each in plan.members):
        also = (f"--also={each.model}={each.from_version}" for each in others)
        return command_line("promote", lead.model, str(lead.from_version), *also)
    if plan.kind is OperationKind.PROMOTE:
        also = (f"--also={each.model}" for each in others)
        return command_line("rollback", lead.model, *also, "--reason", "WHY")
    return ", and: ".join(_way_back(each) for each in plan.members)


def _way_back(plan: Plan) -> str:
    """What takes back what was switched for one model."""
    if plan.kind is OperationKind.ROLLBACK and plan.from_version is not None:
        return command_line("promote", plan.model, plan.from_version)
    if plan.canary is not None:
        return command_line("canary", "abort", plan.model, "--reason", "WHY")
    if plan.kind is OperationKind.ABORT and plan.from_version is not None:
        return command_line("canary", "start", plan.model, plan.from_version)
    return command_line("rollback", plan.model, "--reason", "WHY")
