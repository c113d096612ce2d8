"""One look after another: what a trigger knows of a version, and whether its line is crossed."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from schemaguard.frozen import dataclass, field, replace
from schemaguard.playbooks.drifting import DriftSeen, DriftTerms, drifted, proved_so_far
from schemaguard.playbooks.evidence import Evidence, canary_line, grown, lasting_line
from schemaguard.playbooks.look import Counted, Look, MissingLook
from schemaguard.playbooks.playbook import Playbook, PlaybookTrigger
from schemaguard.playbooks.split import LOOKS_OFF, SplitTerms, is_off
from schemaguard.playbooks.stable import LOOKS, line_against_stable
from schemaguard.playbooks.trip import DistanceAbove, MeanWorse, QuantileAbove, ShareAbove, ShareBelow, Trip, line_of

_EXPECTED = 7.0
"""Requests that a canary should have had: exp(-7) is 0.0009."""


@dataclass(frozen=True, slots=True)
class WatchTerms:
    """What a trigger is judged by, in a canary or after it."""

    version: str
    threshold: float
    """The share of failures that is bet against, 0 to 1."""
    line: float
    """What the evidence must reach."""
    stable: str | None = None
    margin: float = 1.5
    looks: int = 1
    min_requests: int = 0
    missing_after: int = 3
    expects_traffic: bool = True
    beside: str | None = None
    """What has the rest of the traffic while the version is a canary."""
    share: float = 1.0
    """Of the traffic, 0 to 1."""
    drift: DriftTerms | None = None
    """How a drift is judged; where it is one, there are no failures."""
    split: SplitTerms | None = None
    """What has to be seen of that share, where somebody was told to give it."""

    def should_have_been_asked(self, look: Look) -> bool:
        """Whether no request at all in a look is odd: chance alone leaves out so many once in a thousand looks."""
        if self.beside is None or self.share >= 1:
            return self.expects_traffic
        others = look.versions.get(self.beside, Counted(0, 0)).total
        return self.expects_traffic and others * self.share / (1 - self.share) > _EXPECTED


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of one version by one trigger: a handful of numbers, kept between looks."""

    evidence: Evidence = field(default_factory=Evidence)
    failed: int = 0
    total: int = 0
    above: int = 0
    """For how many looks in a row the evidence has stood above the line."""
    missing: int = 0
    """How many looks in a row were missing."""
    recent: tuple[Counted, ...] = ()
    """Stable's newest looks."""
    split: int = 0
    """How many looks in a row showed another share of the traffic than was given."""
    drift: DriftSeen | None = None
    """What is known of a drift."""
    judged: str = ""
    """A digest of what it was judged by, empty where nobody said."""


@dataclass(frozen=True, slots=True)
class Tripped:
    """The evidence crossed its line in a look that was there."""

    weight: float
    line: float


@dataclass(frozen=True, slots=True)
class NothingSeen:
    """So many looks in a row were missing, for the last one's reason: never a ground to go back."""

    looks: int
    reason: str


@dataclass(frozen=True, slots=True)
class SplitOff:
    """So many looks in a row showed another share (0 to 1) of the traffic than was given: nobody knows who got it."""

    looks: int
    share: float
    wanted: float


Event = Tripped | NothingSeen | SplitOff
Seen = tuple[Watched, Event | None]


_WINDOW = timedelta(minutes=5)
"""After the canary a drift is judged so often."""


def is_replayable(line: Trip) -> bool:
    """Whether failures among requests are all that a line needs; those above a quantile's limit are failures, too."""
    return isinstance(line, ShareAbove | ShareBelow | QuantileAbove)


def canary_terms(playbook: Playbook, trigger: PlaybookTrigger, version: str, stable: str | None) -> WatchTerms:
    """What a trigger is judged by while its version is a canary."""
    looks, alpha = playbook.planned_looks(trigger), playbook.alpha(trigger)
    # A mean's looks are compared with stable's own where they are measured.
    is_compared = trigger.is_against_stable and not isinstance(trigger.trip, MeanWorse)
    made = _terms(playbook, trigger, version, canary_line(looks, alpha), stable if is_compared else None)
    if isinstance(trigger.trip, DistanceAbove):
        return replace(made, line=trigger.trip.distance, drift=DriftTerms(trigger.trip.distance, alpha, looks))
    return made


def lasting_terms(playbook: Playbook, trigger: PlaybookTrigger, version: str) -> WatchTerms:
    """What a trigger is judged by once its version has all traffic: there is no stable to compare with."""
    length, apart = playbook.length(trigger), playbook.evaluation.false_alarm_every
    made = _terms(playbook, trigger, version, lasting_line(apart / length), None)
    if isinstance(trigger.trip, DistanceAbove):
        window = max(1, round(_WINDOW / length))
        drift = DriftTerms(trigger.trip.distance, min(window * length / apart, 0.5), 1, window)
        return replace(made, line=trigger.trip.distance, drift=drift)
    return made


def _terms(playbook: Playbook, trigger: PlaybookTrigger, version: str, line: float, stable: str | None) -> WatchTerms:
    terms = playbook.evaluation
    return WatchTerms(
        version,
        line_of(trigger.trip),
        line,
        stable,
        trigger.margin,
        terms.looks,
        terms.min_requests,
        terms.missing_after,
    )


def weight_of(known: Watched, terms: WatchTerms) -> float | None:
    """What is compared with the line: the evidence, or the distance of a drift; None before the first look."""
    if terms.drift is not None:
        return proved_so_far(known.drift, terms.drift) if known.drift is not None else None
    return known.evidence.weight if known.evidence.looks else None


def seen(before: Watched, look: Look | MissingLook, terms: WatchTerms) -> Seen:
    """What is known after one more look, and what has come of it."""
    if isinstance(look, MissingLook):
        return _missed(before, look.reason, terms)
    counted = look.versions.get(terms.version, Counted(0, 0))
    if not counted.total:
        return _missed(before, "no requests", terms) if terms.should_have_been_asked(look) else (before, None)
    if terms.drift is not None:
        return _drifted(before, look, counted, terms)
    recent = before.recent
    if terms.stable is not None:
        recent = (*recent, look.versions.get(terms.stable, Counted(0, 0)))[-LOOKS:]
    line = terms.threshold if terms.stable is None else line_against_stable(terms.threshold, terms.margin, recent)
    evidence = grown(before.evidence, counted.share, line)
    total = before.total + counted.total
    is_above = evidence.weight >= terms.line and total >= terms.min_requests
    above = before.above + 1 if is_above else 0
    off = _off(before, look, terms)
    after = Watched(evidence, before.failed + counted.failed, total, above, 0, recent, off, None, before.judged)
    if after.above >= terms.looks:
        return after, Tripped(evidence.weight, terms.line)
    return after, _split_event(off, look, counted, terms)


def _drifted(before: Watched, look: Look, counted: Counted, terms: WatchTerms) -> Seen:
    assert terms.drift is not None
    assert before.drift is not None
    known, proved = drifted(before.drift, look.bins[terms.version], terms.drift)
    total, off = before.total + counted.total, _off(before, look, terms)
    is_above = proved is not None and proved > terms.drift.distance and total >= terms.min_requests
    above = before.above if proved is None else before.above + 1 if is_above else 0
    after = replace(before, total=total, above=above, missing=0, split=off, drift=known)
    if proved is not None and is_above and above >= terms.looks:
        return after, Tripped(proved, terms.drift.distance)
    return after, _split_event(off, look, counted, terms)


def _split_event(off: int, look: Look, counted: Counted, terms: WatchTerms) -> SplitOff | None:
    if terms.split is None or off < LOOKS_OFF:
        return None
    return SplitOff(off, counted.total / _all(look, terms), terms.split.share)


def _off(before: Watched, look: Look, terms: WatchTerms) -> int:
    """How many looks in a row the traffic was split otherwise; one that began before the share was given is none."""
    if terms.split is None or terms.beside is None or look.since < terms.split.since:
        return 0
    own, others = (look.versions.get(each, Counted(0, 0)) for each in (terms.version, terms.beside))
    return before.split + 1 if is_off(own, others, terms.split) else 0


def _all(look: Look, terms: WatchTerms) -> int:
    return sum(look.versions.get(each, Counted(0, 0)).total for each in (terms.version, terms.beside or ""))


def _missed(before: Watched, reason: str, terms: WatchTerms) -> Seen:
    missing = before.missing + 1
    after = replace(before, missing=missing)
    return after, NothingSeen(missing, reason) if missing >= terms.missing_after else None


def watched(looks: Iterable[Look | MissingLook], terms: WatchTerms) -> Iterator[tuple[Look | MissingLook, Seen]]:
    """Each look with what is known after it, from nothing."""
    known = Watched()
    for look in looks:
        found = seen(known, look, terms)
        known = found[0]
        yield look, found
