"""watch: measure what serves, judge each look by the published playbook, and carry out what it leads to."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from schemaguard.adapters.control import deciding, watching
from schemaguard.adapters.control.watching import InForce, KeptLook, WatchPlace
from schemaguard.commands import acting
from schemaguard.commands.measured import Sources
from schemaguard.commands.playbook import playbook_of
from schemaguard.commands.proxies import correct_traffic
from schemaguard.commands.site import Site
from schemaguard.commands.watched import read_playbook, why_not_watched
from schemaguard.config import Proxy
from schemaguard.errors import DatabaseError, PlaybookError
from schemaguard.frozen import replace
from schemaguard.playbooks.acting import WatchRound
from schemaguard.playbooks.deciding import Decided, KeptDecision, TriggerPass
from schemaguard.playbooks.drift import DriftReference
from schemaguard.playbooks.drifting import DriftSeen
from schemaguard.playbooks.due import due_spans
from schemaguard.playbooks.look import Look
from schemaguard.playbooks.playbook import MeasurementSource, Playbook, PlaybookTrigger
from schemaguard.playbooks.split import SplitTerms
from schemaguard.playbooks.trip import DistanceAbove, MeanWorse, in_words
from schemaguard.playbooks.watching import (
    Event,
    SplitOff,
    Tripped,
    Watched,
    WatchTerms,
    canary_terms,
    lasting_terms,
    seen,
    weight_of,
)
from schemaguard.releases.ports import ConnectionLostError
from schemaguard.releases.traffic import proxies_of
from schemaguard.sealing import digest

_PAUSE_S = 1.0
_AWAY_S = 5.0


def publish_playbook(site: Site, named: str) -> tuple[InForce, bool]:
    """Put the playbook of a model or file in force, and whether it wasn't; PlaybookError where it has errors."""
    found = playbook_of(site, named)
    assert found.playbook is not None
    text = (site.here / found.file).read_text(encoding="utf-8")
    wanted = InForce(found.playbook.model, digest(text), text, found.file)
    return wanted, site.database.ask(lambda c: watching.publish(c, wanted, site.actor))


def watch_once(site: Site, models: tuple[str, ...] = (), *, advise_only: bool = False) -> WatchRound:
    """Take every look that is due of what serves, once, and carry out what it leads to where the playbook says `act`.

    Raises PlaybookError where a model has no published playbook, DatabaseError where the control schema is older.
    """
    known = site.database.ask(watching.in_force)
    missing = [model for model in models if model not in {one.model for one in known}]
    if missing or not known:
        raise PlaybookError(
            f"{missing[0]} has no published playbook" if missing else "no playbook is published",
            next="schemaguard playbook publish MODEL",
        )
    sources = Sources(site)
    rounds = [_of_model(site, one, sources, advise_only) for one in known if not models or one.model in models]
    return WatchRound(
        tuple(each for one in rounds for each in one.passes),
        tuple(each for one in rounds for each in one.acted),
        tuple(each for one in rounds for each in one.advanced),
        tuple(each for one in rounds for each in one.traffic),
    )


def watch(
    site: Site, models: tuple[str, ...], told: Callable[[WatchRound | str], None], *, advise_only: bool = False
) -> None:
    """Watch until it is interrupted. A database that is away is waited for: what it missed is looked at afterwards."""
    while True:
        try:
            told(watch_once(site, models, advise_only=advise_only))
            time.sleep(_PAUSE_S)
        except ConnectionLostError as error:
            told(error.what)
            _wait_for(site)


def _wait_for(site: Site) -> None:
    while True:
        time.sleep(_AWAY_S)
        try:
            site.database.reconnect()
        except DatabaseError:
            continue
        return


def _of_model(site: Site, one: InForce, sources: Sources, advise_only: bool) -> WatchRound:
    playbook = read_playbook(one)
    acts = playbook.mode == "act" and not advise_only
    passes = tuple(_passes(site, one, playbook, sources, acts))
    site.database.ask(lambda c: watching.forget_looks(c, playbook.retention.looks, one.model))
    if advise_only:
        return WatchRound(passes)
    acted = acting.carry_out(site, one, playbook)
    advanced = acting.advance(site, one, playbook) if acts and not acted else ()
    traffic = correct_traffic(site, one.model)
    return WatchRound(passes, acted, advanced, (*traffic.corrected, *traffic.failed))


def _passes(site: Site, one: InForce, playbook: Playbook, sources: Sources, acts: bool) -> Iterator[TriggerPass]:
    for trigger in playbook.triggers:
        why = why_not_watched(playbook, trigger, is_canary=one.canary is not None)
        why = why or ("" if one.version is not None else "nothing serves")
        if why or one.epoch is None or one.version is None:
            yield TriggerPass(one.model, trigger.name, one.version, why_not=why)
        else:
            yield _looked(site, one, (one.epoch, one.version), (playbook, trigger, sources), acts)


def _looked(
    site: Site, one: InForce, serving: tuple[int, str], judging: tuple[Playbook, PlaybookTrigger, Sources], acts: bool
) -> TriggerPass:
    """The looks that are due of one trigger: measured, judged and kept."""
    playbook, trigger, sources = judging
    ask = site.database.ask
    source, length = playbook.sources[trigger.measure.source], playbook.length(trigger)
    epoch, version = serving
    end = sources.end(source, length)
    begun = WatchPlace(one.model, trigger.name, epoch, version, end, Watched(), end)
    at = ask(lambda c: watching.place(c, begun))
    if at.epoch != epoch:
        return TriggerPass(one.model, trigger.name, version, why_not="the pointer has moved")
    due = due_spans(at.upto, end, length)
    terms = _terms(one, playbook, trigger, version, proxies_of(one.model, site.proxies))
    known = _known_by(at.known, _judged(source, trigger))
    kept: list[KeptLook] = []
    decided: list[Decided] = []
    drift: DriftReference | str | None = None
    if terms.drift is not None and due.spans:
        drift = known.drift.reference if known.drift is not None else sources.reference(source, trigger, at.upto)
        if known.drift is None and isinstance(drift, DriftReference):
            known = replace(known, drift=DriftSeen(drift))
    beside = one.active if one.canary is not None else None
    for look in sources.looks(source, trigger, due, length, (version, beside), drift):
        known, event = seen(known, look, terms)
        kept.append(KeptLook(look, known))
        if event is not None:
            decided.append(_decision(one, playbook, trigger, known, event, look.until))
    first_of_kind = tuple(
        replace(each, is_to_be_done=acts and each.action != "advise")
        for each in {each.kind: each for each in reversed(decided)}.values()
    )
    new = ask(lambda c: watching.keep(c, at, max(at.upto, end), tuple(kept), first_of_kind, site.actor))
    if new is None:
        return TriggerPass(one.model, trigger.name, version, why_not="another watcher was faster")
    missing = sum(not isinstance(each.look, Look) for each in kept)
    counts = (len(kept), missing, known.failed, known.total)
    return TriggerPass(one.model, trigger.name, version, *counts, weight_of(known, terms), terms.line, new)


def _terms(
    one: InForce, playbook: Playbook, trigger: PlaybookTrigger, version: str, proxies: tuple[Proxy, ...]
) -> WatchTerms:
    if one.canary is None:
        return lasting_terms(playbook, trigger, version)
    terms = canary_terms(playbook, trigger, version, one.active)
    share = (one.percent or 0) / 100
    return replace(terms, beside=one.active, share=share, split=_split(one, share, playbook.length(trigger), proxies))


def _split(one: InForce, share: float, length: timedelta, proxies: tuple[Proxy, ...]) -> SplitTerms | None:
    """What is asked of the traffic where a proxy splits it; what was sent before it was told arrives for a while."""
    if not proxies or one.since is None:
        return None
    return SplitTerms(share, one.since + length, any(proxy.variable is not None for proxy in proxies))


def _judged(source: MeasurementSource, trigger: PlaybookTrigger) -> str:
    """A digest of what is counted and of the line: evidence against another one says nothing of this one."""
    place = (source.kind, source.table, source.version_column, source.time_column)
    return digest(repr((place, trigger.measure, trigger.trip, trigger.is_against_stable, trigger.margin)))


def _known_by(known: Watched, judged: str) -> Watched:
    """What is known where it was judged by the same; else nothing is, and the looks go on where they were."""
    return replace(known, judged=judged) if known.judged in ("", judged) else Watched(judged=judged)


def _decision(
    one: InForce,
    playbook: Playbook,
    trigger: PlaybookTrigger,
    known: Watched,
    event: Event,
    at: datetime,
) -> Decided:
    snapshot: dict[str, Any] = {
        "playbook": one.digest,
        "trip": in_words(trigger.trip),
        "failed": known.failed,
        "total": known.total,
        "looks": known.evidence.looks,
        "until": at.isoformat(),
    }
    if isinstance(event, Tripped):
        snapshot |= {"weight": event.weight, "line": event.line, **_of_values(trigger)}
        return Decided("tripped", trigger.action, snapshot)
    if isinstance(event, SplitOff):
        return Decided("split", "freeze", {**snapshot, "share": event.share, "wanted": event.wanted})
    snapshot |= {"missing": event.looks, "reason": event.reason}
    return Decided("no-data", playbook.evaluation.missing_then, snapshot)


def _of_values(trigger: PlaybookTrigger) -> dict[str, Any]:
    """What the numbers of a decision are about, where it isn't failures among requests."""
    if isinstance(trigger.trip, DistanceAbove):
        return {"about": "distance"}
    return {"about": "looks"} if isinstance(trigger.trip, MeanWorse) else {}


def decisions(site: Site, model: str | None, limit: int) -> tuple[KeptDecision, ...]:
    """The newest decisions, newest first."""
    return site.database.ask(lambda c: deciding.kept(c, model, limit))
