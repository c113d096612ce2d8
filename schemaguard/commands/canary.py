"""canary: a share of the traffic for a version, more of it step by step, and none any more."""

from datetime import datetime

from schemaguard.adapters.control import watching
from schemaguard.adapters.control.watching import InForce, WatchPlace
from schemaguard.commands import watched
from schemaguard.commands.promote import request as promotion
from schemaguard.commands.site import Site
from schemaguard.commands.switching import Request
from schemaguard.errors import ConflictError, RefusedError, UsageError, command_line
from schemaguard.frozen import dataclass
from schemaguard.playbooks.playbook import CanaryTerms, Playbook, PlaybookTrigger
from schemaguard.playbooks.stepping import (
    CanaryReport,
    CanaryStanding,
    TriggerStanding,
    first_step,
    holds_back,
    next_step,
)
from schemaguard.playbooks.trip import in_words
from schemaguard.playbooks.watching import canary_terms, weight_of
from schemaguard.releases.plan import Wanted
from schemaguard.releases.release import Canary, Intent, OperationKind, Pointer


def start_request(
    site: Site,
    model: str,
    version: str,
    intent: Intent,
    *,
    percent: int | None = None,
    if_epoch: int | None = None,
    fills: tuple[str, ...] = (),
    accept: str | None = None,
) -> Request:
    """What gives a version its first share; `percent` None is what the playbook's first step says.

    UsageError where that step is all of the traffic.
    """
    one, _, terms = _judged(site, model)
    share = percent if percent is not None else first_step(terms).percent
    if percent is None and share >= 100:
        raise UsageError(
            f"the playbook of {model} begins with all of the traffic",
            at=one.file if one is not None else "",
            next=command_line("promote", model, version),
        )
    canary = Canary(version, share, _step_of(terms, share), one.digest if one is not None else None)
    wanted = Wanted(OperationKind.CANARY, version, if_epoch, None, site.alias, fills, canary)
    return Request(model, wanted, intent, accept)


def advance_request(
    site: Site,
    model: str,
    intent: Intent,
    *,
    percent: int | None = None,
    early: bool = False,
    if_epoch: int | None = None,
) -> Request:
    """What gives a canary its next share: a promotion where that is all of the traffic.

    RefusedError where the step isn't over, and `early` isn't given; UsageError where no canary runs.
    """
    at, report = _running(site, model)
    if if_epoch is not None and if_epoch != at.epoch:
        raise ConflictError(
            f"the epoch of {model} is {at.epoch}, not {if_epoch}: somebody switched it",
            next="look at schemaguard status, then decide again",
        )
    if report.waits and not early:
        raise RefusedError(
            f"{model}@{report.version} keeps {report.standing.percent} %: {'; '.join(report.waits)}",
            at=f"step {report.standing.step} of {len(report.steps)}",
            next=f"wait, or although the step isn't over: {command_line('canary', 'advance', model, '--early')}",
        )
    number, share = report.following or (report.standing.step + 1, None)
    wanted_percent = percent if percent is not None else share.percent if share is not None else 100
    # What was looked at is what is meant.
    if wanted_percent >= 100:
        return promotion(site, model, report.version, intent, if_epoch=at.epoch)
    if percent is not None:
        number = _step_of(CanaryTerms(report.steps), percent)
    canary = Canary(report.version, wanted_percent, number, at.canary_playbook)
    return Request(model, Wanted(OperationKind.ADVANCE, report.version, at.epoch, None, site.alias, (), canary), intent)


def abort_request(site: Site, model: str, intent: Intent, *, if_epoch: int | None = None) -> Request:
    """What takes all traffic away from a canary; nothing of it asks the registry."""
    return Request(model, Wanted(OperationKind.ABORT, None, if_epoch, None, site.alias), intent)


def status(site: Site, model: str | None = None) -> tuple[CanaryReport, ...]:
    """The canaries that run, by model. UsageError where nothing of the model is published."""
    overview = site.database.overview(model)
    return tuple(_report(site, at, overview.at) for at, _ in overview.models if at.canary is not None)


def _running(site: Site, model: str) -> tuple[Pointer, CanaryReport]:
    overview = site.database.overview(model)
    at = overview.models[0][0]
    if at.canary is None:
        raise UsageError(
            f"no canary of {model} runs (epoch {at.epoch})", next=command_line("canary", "start", model, "VERSION")
        )
    return at, _report(site, at, overview.at)


@dataclass(frozen=True, slots=True)
class _Seen:
    places: tuple[WatchPlace, ...]
    unwatched: tuple[str, ...]
    tripped: tuple[str, ...]


def _report(site: Site, at: Pointer, now: datetime) -> CanaryReport:
    one, playbook, terms = _judged(site, at.model)
    seen = _seen(site, at) if playbook is not None else None
    standing = _standing(at, playbook, seen)
    assert at.canary is not None
    assert at.active is not None
    return CanaryReport(
        at.model,
        at.canary,
        at.active,
        at.epoch,
        standing,
        terms.steps,
        next_step(terms, standing),
        holds_back(terms, standing, now),
        _triggers(at, playbook, seen),
        one.file if one is not None else None,
    )


def _judged(site: Site, model: str) -> tuple[InForce | None, Playbook | None, CanaryTerms]:
    """The published playbook by which a model's canary is judged, and its steps; the defaults without one."""
    found = next((one for one in site.database.ask(watching.in_force) if one.model == model), None)
    if found is None:
        return None, None, CanaryTerms()
    playbook = watched.read_playbook(found)
    return found, playbook, playbook.canary


def _seen(site: Site, at: Pointer) -> _Seen:
    places = tuple(
        each for each in site.database.ask(watching.places) if (each.model, each.epoch) == (at.model, at.epoch)
    )
    unwatched = tuple(each.trigger for each in watched.health(site) if each.model == at.model and not each.is_watched)
    return _Seen(places, unwatched, site.database.ask(lambda c: watching.tripped(c, at.model, at.epoch)))


def _standing(at: Pointer, playbook: Playbook | None, seen: _Seen | None) -> CanaryStanding:
    since: datetime | None = at.canary_since
    assert since is not None
    step, percent = at.canary_step or 1, at.canary_percent
    if playbook is None or seen is None:
        return CanaryStanding(step, percent, since)
    return CanaryStanding(
        step,
        percent,
        since,
        max((each.known.total for each in seen.places), default=0),
        seen.unwatched,
        tuple(each.trigger for each in seen.places if each.known.missing),
        seen.tripped,
    )


def _triggers(at: Pointer, playbook: Playbook | None, seen: _Seen | None) -> tuple[TriggerStanding, ...]:
    if playbook is None or seen is None:
        return ()
    known = {each.trigger: each for each in seen.places}
    return tuple(_trigger(at, playbook, trigger, known.get(trigger.name)) for trigger in playbook.triggers)


def _trigger(at: Pointer, playbook: Playbook, trigger: PlaybookTrigger, place: WatchPlace | None) -> TriggerStanding:
    why = watched.why_not_watched(playbook, trigger, is_canary=True)
    if why or place is None:
        return TriggerStanding(trigger.name, in_words(trigger.trip), why_not=why or "nobody has looked yet")
    assert at.canary is not None
    known, terms = place.known, canary_terms(playbook, trigger, at.canary, at.active)
    counts, weight = (known.failed, known.total, known.missing), weight_of(known, terms)
    return TriggerStanding(trigger.name, in_words(trigger.trip), *counts, weight, terms.line)


def _step_of(terms: CanaryTerms, percent: int) -> int:
    """The last step that is no more than a share: that is how long it has to hold."""
    return max((number for number, step in enumerate(terms.steps, 1) if step.percent <= percent), default=1)
