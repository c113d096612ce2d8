"""ready: the standing answer to what a rollback would do now, and what stands in its way."""

from collections.abc import Iterator
from datetime import timedelta

from schemaguard.adapters.registry.patience import Answer
from schemaguard.commands.gathering import Company, Gathered, gather
from schemaguard.commands.site import Site
from schemaguard.commands.switching import REGISTRY_LIMIT_S
from schemaguard.errors import ConfigError, RegistryError, SchemaguardError
from schemaguard.releases.dependents import RollbackStanding, require_followed
from schemaguard.releases.filling import require_values
from schemaguard.releases.now import Now
from schemaguard.releases.plan import Plan, Wanted
from schemaguard.releases.release import OperationKind

_OLD = timedelta(days=30)


def ready(site: Site, model: str, to: str | None = None) -> RollbackStanding:
    """The standing answer for a model. UsageError where nothing of it is published."""
    now = site.database.now(model)
    obstacles = [f"{now.open} is open: schemaguard resume {now.open.id}"] if now.open is not None else []
    wanted = Wanted(OperationKind.ROLLBACK, to, None, None, site.alias)
    try:
        found = gather(site, model, wanted, Company())
    except SchemaguardError as error:
        return RollbackStanding(model, None, (*obstacles, _in_a_line(error)), tuple(_notes(site, model)))
    plan = found.planning.plan
    obstacles += _obstacles(found)
    notes = [*_notes(site, model), *_kept_artifact(site, now, plan.lead, obstacles)]
    return RollbackStanding(model, plan, tuple(obstacles), tuple(notes), found.dependents)


def _obstacles(found: Gathered) -> Iterator[str]:
    try:
        require_values(found.planning.plan)
    except SchemaguardError as error:
        yield _in_a_line(error)
    try:
        require_followed(found.planning.plan, found.dependents, found.could_follow)
    except SchemaguardError as error:
        yield _in_a_line(error)


def _notes(site: Site, model: str) -> Iterator[str]:
    overview = site.database.overview(model)
    fence = overview.fence
    if fence is None or not fence.is_lossless:
        yield "the fence doesn't keep everything: what somebody drops outside of schemaguard can be lost"
    last = overview.rehearsals.get(model)
    if last is None:
        yield f"no rollback of {model} was rehearsed: schemaguard rehearse"
    elif last.outcome != "passed":
        yield f"the last rehearsal, of {last.at:%Y-%m-%d}: {last.in_words}"
    elif site.now() - last.at > _OLD:
        yield f"the last rehearsal is of {last.at:%Y-%m-%d}"


def _kept_artifact(site: Site, now: Now, plan: Plan, obstacles: list[str]) -> Iterator[str]:
    """Whether the registry still has what would serve; an obstacle where it says that it hasn't."""
    try:
        registry = site.registry
    except ConfigError as error:
        yield f"the artifact of {plan.model} {plan.to_version} wasn't looked for: {error.what}"
        return
    try:
        uri = Answer(lambda: registry.artifact_uri(plan.model, plan.to_version), registry.place).get(REGISTRY_LIMIT_S)
    except RegistryError as error:
        yield f"the artifact of {plan.model} {plan.to_version} wasn't looked for: {error.what}"
        return
    if uri is None:
        known = now.releases[plan.to_version].artifact_uri
        obstacles.append(f"the artifact of {plan.model} {plan.to_version} is gone{f': {known}' if known else ''}")


def _in_a_line(error: SchemaguardError) -> str:
    return " ".join(f"{error.what}{f' ({error.at})' if error.at else ''}".split())
