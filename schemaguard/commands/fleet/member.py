"""What a run does with one member: begun again it finds what it has begun, so that each operation is done once."""

from collections.abc import Mapping
from typing import Any

from schemaguard.commands import promote as promoting
from schemaguard.commands import rollback as rolling_back
from schemaguard.commands.reading import Reading
from schemaguard.commands.resume import abandon, resume
from schemaguard.commands.site import Site
from schemaguard.commands.switching import Request, switch
from schemaguard.commands.upgrade import UpgradeOptions, upgrade
from schemaguard.errors import (
    ConfigError,
    HistoryError,
    NeedsHumanError,
    RefusedError,
    SchemaguardError,
    UsageError,
    causes,
)
from schemaguard.fleet.protocol import Asked, FleetRun, FleetVerb
from schemaguard.frozen import replace
from schemaguard.releases.execute import Done
from schemaguard.releases.ports import PreparationRefusedError
from schemaguard.releases.release import FleetMark, Intent, Operation, OperationState

Facts = Mapping[str, Any]


def carry_out(site: Site, run: FleetRun, member: str) -> Facts:
    """Do what a run asks for with one member; what is to be kept of it.

    Raises what the use cases raise; ConflictError where somebody else is at work in that database.
    """
    if run.asked.verb is FleetVerb.UPGRADE:
        return _upgrade(site, run.asked, member)
    return _switch(site, run, member)


def stands_before(site: Site, run: FleetRun) -> Facts:
    """What has to be known of a member before anything is done: where its history stands."""
    if run.asked.verb is not FleetVerb.UPGRADE:
        return {}
    from schemaguard.adapters.fleet.looking import applied_heads

    return {"from": list(applied_heads(site.database_url))}


def take_back(site: Site, run: FleetRun, member: str, known: Facts) -> Facts:
    """Take a member that failed back to where it stood. Raises SchemaguardError where that can't be done."""
    if run.asked.verb is FleetVerb.UPGRADE:
        return _downgrade(site, run.asked, member, known)
    found = site.database.fleet_operation(run.label, member)
    if found is None or found.state in (OperationState.ABANDONED, OperationState.DONE):
        return {}
    if found.state is OperationState.WAITING:
        raise RefusedError(f"{found} has switched the pointer already", next="schemaguard fleet resume")
    abandon(site, found.id)
    return {"abandoned": found.id}


def _upgrade(site: Site, asked: Asked, member: str) -> Facts:
    options = UpgradeOptions(
        patience_s=asked.options.get("wait"), arguments=_arguments(asked, member), is_url_given=True
    )
    with site.reading() as reading:
        done = upgrade(site, reading, asked.options.get("migrations"), asked.target or "head", options)
    return {"ran": [one.revision for one in done.ran]}


def _downgrade(site: Site, asked: Asked, member: str, known: Facts) -> Facts:
    before_it = known.get("from")
    with site.reading() as reading:
        settings = _settings(site, reading, asked)
    if before_it is None or len(before_it) > 1:
        raise RefusedError("it isn't known where it stood before", next="take it back by hand: alembic downgrade")
    import schemaguard.guard  # noqa: F401 - importing it is what switches the guard on
    from schemaguard.adapters.control import applying_alembic

    target = before_it[0] if before_it else "base"
    applying_alembic.downgrade(settings, target, arguments=_arguments(asked, member), url=site.database_url)
    return {"taken_back_to": target}


def _settings(site: Site, reading: Reading, asked: Asked) -> Any:
    from schemaguard.commands.histories import find_one

    history = find_one(reading, asked.options.get("migrations"))
    if history.ini_file is None:
        raise RefusedError("folders of SQL have no way back that could be run", at=history.path)
    return site.files.root / history.ini_file


def _arguments(asked: Asked, member: str) -> tuple[str, ...]:
    """What env.py is told with -x; `{member}` stands for the member's name."""
    return tuple(each.replace("{member}", member) for each in asked.options.get("arguments", ()))


def request(site: Site, run: FleetRun, member: str) -> Request:
    """What promotes or rolls back one member of a run."""
    asked, options = run.asked, run.asked.options
    assert asked.model is not None
    mark = FleetMark(run.label, member, run.is_together)
    intent = Intent(asked.actor, asked.reason, fleet=mark)
    fills = tuple(options.get("fills", ()))
    if asked.verb is FleetVerb.PROMOTE:
        assert asked.target is not None
        made = promoting.request(
            site, asked.model, asked.target, intent,
            fills=fills, accept=options.get("accept"), verify=not options.get("no_verify", False),
        )  # fmt: skip
    else:
        made = rolling_back.request(site, asked.model, intent, to=asked.target, fills=fills)
    return replace(made, leaves_dependents=bool(options.get("without_dependents", False)))


def _switch(site: Site, run: FleetRun, member: str) -> Facts:
    found = site.database.fleet_operation(run.label, member)
    finish = bool(run.asked.options.get("finish", False))
    if found is not None and found.state in (OperationState.OPEN, OperationState.WAITING):
        return switched(found, resume(site, found.id, finish=finish))
    if found is not None and found.state is OperationState.DONE:
        return switched(found, None)
    done = switch(site, request(site, run, member), finish=finish)
    return switched(done.outcome.operation, done)


def switched(operation: Operation, done: Done | None) -> Facts:
    """What is kept of a member that was switched: its operation, and what that still waits for."""
    waits = done.outcome.waiting.what if done is not None and done.outcome.waiting is not None else None
    warning = done.warning if done is not None else None
    facts: dict[str, Any] = {
        "operation": operation.id, "from": operation.from_version, "to": operation.to_version, "waits": waits,
    }  # fmt: skip
    return {**facts, "warning": warning} if warning else facts


_SETTLED_BY_PEOPLE = (
    RefusedError, PreparationRefusedError, NeedsHumanError, UsageError, ConfigError, HistoryError,
)  # fmt: skip


def is_passing(error: SchemaguardError) -> bool:
    """Whether it is worth trying again by itself: not where a person has to settle or correct something first."""
    return not any(isinstance(each, _SETTLED_BY_PEOPLE) for each in causes(error))
