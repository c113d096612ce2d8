"""What promote, rollback and the acts of a canary have in common: plan, ask, lock, write down, carry out."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from schemaguard.adapters.control import golden_samples
from schemaguard.adapters.registry.absent import AbsentRegistry
from schemaguard.adapters.registry.patience import Answer, Impatient
from schemaguard.commands.approving import require_approved, use_approvals
from schemaguard.commands.calling import call_after_switch
from schemaguard.commands.gathering import Company, gather
from schemaguard.commands.policing import PolicyDecision, ask_about, ask_afterwards, write_down
from schemaguard.commands.proxies import traffic_of
from schemaguard.commands.site import Site
from schemaguard.commands.vouching import require_verified
from schemaguard.errors import ConflictError, NeedsHumanError, RefusedError, RegistryError, SchemaguardError
from schemaguard.frozen import dataclass, replace
from schemaguard.releases.dependents import Dependent, dependents, require_followed
from schemaguard.releases.document import plan_hash
from schemaguard.releases.execute import Done, Watch, execute
from schemaguard.releases.filling import require_values
from schemaguard.releases.fit import CatalogFit
from schemaguard.releases.plan import Plan, Wanted
from schemaguard.releases.ports import PreparationRefusedError, Registry, World
from schemaguard.releases.release import Intent, OperationKind, StepName
from schemaguard.releases.steps import STEPS, OperationStep
from schemaguard.releases.together import OperationPlan, Planning, plan_together
from schemaguard.sql.writing.identifiers import qualified

_GOLDEN_LIMIT_S = 2.0
"""How long a statement about golden rows may take: nobody who has to go back waits for them longer."""


@dataclass(frozen=True, slots=True)
class Request:
    """What an operator asks for, of which model, and why."""

    model: str
    wanted: Wanted
    intent: Intent
    accept: str | None = None
    """Why a version is promoted whose contract is a draft or INVALID."""
    leaves_dependents: bool = False
    """Whether somebody may go without what they read, as the operator says."""
    is_unverified: bool = False
    """Whether a version is put to serve without a look at the data, and without waiting for the registry's word on its
    artifact, as the operator says.
    """
    company: Company = Company()
    """Who goes along in the same operation."""
    at_once: bool = False
    """Whether nothing is asked before the commit that it could wait for: neither registry, golden rows nor policy."""
    overrides_policy: bool = False
    """Whether it is done although the policy says no, as the operator says."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan, and what the operator should know besides."""

    plan: OperationPlan
    warning: str | None = None
    dependents: tuple[Dependent, ...] = ()
    """Whom else it concerns."""
    could_follow: tuple[str, ...] = ()
    """The models that a rollback could take along, of those whom it concerns so that they would have to."""


REGISTRY_LIMIT_S = 3.0
"""How long the registry is waited for where somebody reads the plan."""
REGISTRY_LIMIT_AT_ONCE_S = 0.2
"""How long where a rollback is carried out without a question: nobody goes on serving what is wrong for its sake."""


_NEW = (OperationKind.PROMOTE, OperationKind.CANARY)
"""What puts a version to serve that didn't."""


_REGISTRY_LIMIT_NEW_S = 30.0
"""How long where it has to say that the artifact of something new is there: nothing is locked meanwhile."""


class _GoneError(RegistryError):
    """The registry answers, and the model version or its artifact isn't there."""


Approve = Callable[[Shown], None]
"""Looks at what is planned, and raises where it isn't to be done."""


def approved(_: Shown) -> None:
    """Whoever calls has looked at the plan already."""


def unwatched(_: StepName) -> None:
    """Nobody wants to hear of single steps."""


def plan(site: Site, request: Request, *, limit_s: float = REGISTRY_LIMIT_S) -> Shown:
    """The plan for a request, with nothing touched. RefusedError or UsageError where it can't be done as asked.

    A rollback waits for the registry's word on the artifact up to the limit; what puts a version to serve that didn't
    looks at its data first.
    """
    gathered = gather(site, request.model, request.wanted, request.company)
    made = gathered.planning.plan
    _require_agreed(site, request, gathered.planning)
    _require_whole(request, gathered.planning)
    is_verified = made.kind in _NEW and not request.is_unverified
    if is_verified:
        require_verified(site, gathered.planning)
    said = None if request.at_once else _warnings(site, made, limit_s, is_verified)
    return Shown(made, said, gathered.dependents, gathered.could_follow)


def obstacles(site: Site, request: Request, shown: Shown) -> Iterator[SchemaguardError]:
    """What keeps a plan from being carried out: rows without values, who would go without, approvals that are owed."""
    checks: list[Callable[[], None]] = [lambda: require_values(shown.plan)]
    if not request.leaves_dependents:
        checks.append(lambda: require_followed(shown.plan, shown.dependents, shown.could_follow))
    checks.append(lambda: require_approved(site, shown.plan))
    for check in checks:
        try:
            check()
        except (RefusedError, NeedsHumanError) as error:
            yield error


def switch(
    site: Site,
    request: Request,
    approve: Approve = approved,
    *,
    finish: bool = False,
    watch: Watch = unwatched,
    limit_s: float = REGISTRY_LIMIT_AT_ONCE_S,
    steps: tuple[OperationStep, ...] = STEPS,
) -> Done:
    """Plan a request, let it be approved, and carry it out; `finish`: without waiting for servers.

    `steps` are the first ones where somebody else has to say whether it goes on.

    A registry that is down or hangs never holds a rollback's commit up for longer than `limit_s`.

    Raises what `approve` raises, and ConflictError where the lock stays taken, another operation is open, or a plan
    made under the lock isn't the one that was shown any more.
    """
    database = site.database
    if request.at_once:
        # Nobody is asked in between, so that a plan under the lock needn't be made again.
        database.lock()
    shown = plan(site, request, limit_s=limit_s)
    for obstacle in obstacles(site, request, shown):
        raise obstacle
    asked = None if request.at_once else _ask_policy(site, request, shown.plan)
    shown = _with_warning(shown, asked)
    approve(shown)
    began = time.monotonic()
    made = shown.plan if request.at_once else _approved_and_locked(site, request, shown)
    require_approved(site, made)
    _write_down_what_is_accepted(site, request, shown)
    if not request.at_once:
        asked = _ask_policy(site, request, made, asked)
    operation = database.open_operation(made, _allowed(site, request.intent, asked))
    use_approvals(site, made, operation.id)
    try:
        world = world_of(site, at_once=request.at_once, finish=finish)
        outcome = execute(operation, made, world, watch, steps)
    except PreparationRefusedError:
        # PREPARE is one transaction, so nothing of it is there: an open operation would only stand in the way.
        database.abandon(operation, made, site.actor)
        raise
    took = round((time.monotonic() - began) * 1000, 2)
    # It is committed, whatever they answer.
    failed = call_after_switch(site).failed
    if request.at_once:
        shown = _with_warning(shown, ask_afterwards(site, made, request.intent))
    return Done(outcome, took, "; ".join((*([shown.warning] if shown.warning else ()), *failed)) or None)


def _ask_policy(
    site: Site, request: Request, plan: OperationPlan, known: PolicyDecision | None = None
) -> PolicyDecision | None:
    return ask_about(site, plan, request.intent, overrides=request.overrides_policy, known=known)


def _allowed(site: Site, intent: Intent, asked: PolicyDecision | None) -> Intent:
    """The intent with what the policy said, which stands in the ledger before the operation."""
    if asked is None:
        return intent
    write_down(site, asked)
    return replace(intent, policy={"digest": asked.digest, "outcome": asked.outcome})


def _with_warning(shown: Shown, asked: PolicyDecision | None) -> Shown:
    if asked is None or not asked.warning:
        return shown
    return replace(shown, warning="; ".join(each for each in (shown.warning, asked.warning) if each))


def _approved_and_locked(site: Site, request: Request, shown: Shown) -> OperationPlan:
    """The plan under the lock. ConflictError where it isn't the one that was shown, or somebody else would lose."""
    site.database.lock()
    again = _planned_again(site, request, shown)
    made = again.plan
    if plan_hash(made) != plan_hash(shown.plan):
        raise ConflictError(
            f"the database has changed since the plan for {request.model} was made",
            at=f"the epoch is still {made.lead.epoch}, but the plan would be a different one",
            next="look at schemaguard status, then decide again",
        )
    _require_nobody_else_loses(site, shown, again)
    return made


def _planned_again(site: Site, request: Request, shown: Shown) -> Planning:
    """The plan as it would be now, for just the models that were shown.

    Only the epochs that the operator saw are meant, whether they were named or not.
    """
    versions = dict(request.company.named)
    wishes = {
        each.model: Wanted(each.kind, versions.get(each.model), each.epoch, alias=each.alias)
        for each in shown.plan.members
    }
    wishes[request.model] = replace(request.wanted, if_epoch=shown.plan.lead.epoch)
    nows = site.database.nows(tuple(sorted(wishes)))
    return plan_together(nows, wishes, request.model, CatalogFit())


def _require_nobody_else_loses(site: Site, shown: Shown, again: Planning) -> None:
    """ConflictError where a reader who would go without was published after the plan was shown: nobody was asked."""
    known = {(each.who, each.why) for each in shown.dependents}
    if again.plan.kind is OperationKind.ABORT:
        return
    for each in dependents(again, CatalogFit(), site.database.serving()):
        if each.loses and (each.who, each.why) not in known:
            raise ConflictError(
                f"since the plan for {again.plan.model} was made, {each.who} was published, which {each.why}",
                at="its release window is open; nothing was changed",
                next="plan again, and look at whom it concerns",
            )


def world_of(site: Site, *, at_once: bool = False, finish: bool = False) -> World:
    """Everything that an operation reaches, for whoever holds the lock."""
    return World(site.database, registry_of(site, at_once=at_once), traffic_of(site), finish)


def registry_of(site: Site, *, at_once: bool = False) -> Registry:
    """The registry, for whoever holds the lock. Where none is configured, what is done at once is done all the same,
    and waits with the alias.
    """
    if at_once and site.registry_if_any is None:
        return AbsentRegistry()
    return Impatient(site.registry)


def _warnings(site: Site, made: OperationPlan, limit_s: float, is_verified: bool) -> str | None:
    warnings = [
        _check_artifacts(made, site, limit_s, is_known=is_verified),
        *(_check_golden(each, site) for each in made.members),
    ]
    return "; ".join(each for each in warnings if each) or None


def _check_golden(plan: Plan, site: Site) -> str | None:
    """The warning where the golden rows of a rollback's target don't mean what they meant at training time."""
    if plan.kind is not OperationKind.ROLLBACK:
        return None
    who, connection = f"golden rows of {plan.model} {plan.to_version}", site.database.connection
    try:
        sample = golden_samples.find(connection, plan.model, plan.to_version)
        if sample is None:
            return None
        # Where none are kept nobody waits for what reads them.
        from schemaguard.commands.rescore import standing

        found = standing(connection, plan.model, plan.to_version, sample, limit_s=_GOLDEN_LIMIT_S)
    except SchemaguardError as error:
        return f"the {who} couldn't be read: {error.what}"
    if found.holds:
        return None
    return f"the {who} aren't what training read: {', '.join(found.differences)}"


def _write_down_what_is_accepted(site: Site, request: Request, shown: Shown) -> None:
    """What the operator answers for stands in the ledger before anything is touched."""
    left = [each.who for each in shown.dependents if each.loses] if request.leaves_dependents else []
    is_unverified = request.is_unverified and shown.plan.kind in _NEW
    if request.accept is None and not left and not is_unverified:
        return
    for each in shown.plan.members:
        facts: dict[str, Any] = {
            "version": each.to_version,
            "reason": request.accept or request.intent.reason,
            "left_behind": left,
        }
        if is_unverified:
            facts["unverified"] = True
        site.database.accepted((site.actor, each.model), facts)


def _require_agreed(site: Site, request: Request, planning: Planning) -> None:
    """RefusedError where a version would be promoted whose contract is a draft or INVALID, and nobody says why.

    Going back is never refused for that: the version served before.
    """
    if planning.plan.kind not in _NEW or request.accept is not None:
        return
    from schemaguard.commands.contracts.validate import unfit_to_serve

    for target in planning.targets:
        wrong = unfit_to_serve(target.contract, planning.catalog, site.now().date())
        if wrong:
            raise RefusedError(
                f"the contract of {target.model} {target.version} isn't to be put to serve: {'; '.join(wrong)}",
                at=target.contract.file,
                next="publish a version with a right one, or say why it is promoted all the same: --accept REASON",
            )


def _require_whole(request: Request, planning: Planning) -> None:
    """RefusedError where a migration of a table that the version names was left half done, and nobody says why that is
    all right: an invalid index is what a killed CREATE INDEX CONCURRENTLY leaves behind.

    See https://www.postgresql.org/docs/18/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY.
    """
    if planning.plan.kind not in _NEW or request.accept is not None:
        return
    for target, now in zip(planning.targets, planning.nows, strict=True):
        tables = {now.catalog.resolve(part.table) for part in target.contract.tables}
        index = next((each for each in now.catalog.indexes.values() if not each.valid and each.table in tables), None)
        if index is not None:
            drop = f"drop it (DROP INDEX CONCURRENTLY {qualified(index.name)}) and build it again"
            raise RefusedError(
                f"the index {index.name} of {index.table} is invalid: what made it was killed half done",
                at=f"a table that {target.model} {target.version} names",
                next=f"{drop}, or say why it is put to serve all the same: --accept REASON",
            )


def _check_artifacts(plan: OperationPlan, site: Site, limit_s: float, *, is_known: bool) -> str | None:
    """The warning where the registry couldn't be asked whether the targets are there.

    RegistryError where it or its artifact is gone; and for a promotion or a canary also where the registry doesn't
    answer. In an incident, going back must be possible without it; and a canary that runs was found already.
    """
    if plan.kind in (OperationKind.ADVANCE, OperationKind.ABORT):
        return None
    registry: Registry = site.registry

    def look() -> None:
        for each in plan.members:
            name = f"{each.model} {each.to_version}"
            if not registry.has_version(each.model, each.to_version):
                raise _GoneError(
                    f"the registry has no {name}", at=registry.place, next="nothing was changed: register it"
                )
            if registry.artifact_uri(each.model, each.to_version) is None:
                raise _GoneError(f"the artifact of {name} is gone", at=registry.place, next="nothing was changed")

    try:
        # Who puts something new to serve can wait for it, but never without end.
        Answer(look, registry.place).get(_REGISTRY_LIMIT_NEW_S if is_known else limit_s)
    except _GoneError:
        raise
    except RegistryError as error:
        if is_known:
            raise
        wanted = " and ".join(f"{each.model} {each.to_version}" for each in plan.members)
        return f"the registry couldn't be asked for the artifact of {wanted}: {error.what}"
    return None
