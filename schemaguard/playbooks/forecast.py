"""How long a bad canary would go unseen: the loop itself, on made-up failures, before anybody relies on it.

Failures are drawn with a fixed seed; stable fails half as often as the line allows.
"""

import math
import random
from datetime import timedelta
from functools import lru_cache

from schemaguard.frozen import dataclass
from schemaguard.playbooks.evidence import Evidence, grown
from schemaguard.playbooks.look import Counted
from schemaguard.playbooks.playbook import CanaryStep, Playbook, PlaybookTrigger
from schemaguard.playbooks.stable import LOOKS, line_against_stable
from schemaguard.playbooks.trip import line_of
from schemaguard.playbooks.watching import WatchTerms, canary_terms, is_replayable, lasting_terms

RUNS = 201
_SEED = 7
_LONGEST = 4
"""How many times its hold a step is simulated at most."""
_FAULT = 5.0
"""A fault is so many times the line, where nobody says another one."""


@dataclass(frozen=True, slots=True)
class StepForecast:
    """What a trigger would see of a fault that is there from a step's first request."""

    number: int
    percent: int
    hold: timedelta
    requests: float
    """Of the canary, a look."""
    delay: timedelta | None
    """The median until it trips; None where more than half of the runs see nothing."""
    holds_long_enough: bool


@dataclass(frozen=True, slots=True)
class TriggerForecast:
    """One trigger's delays by step, and what would mend the first step that sees too late."""

    trigger: str
    fault: float
    """The share of failures that is supposed, 0 to 1."""
    steps: tuple[StepForecast, ...]
    advice: str = ""


def forecast(playbook: Playbook, requests: float, fault: float | None = None) -> tuple[TriggerForecast, ...]:
    """The delays of every trigger that counts failures, at so many requests a second in all.

    `fault` is the share of failures of a bad canary (0 to 1); five times the line where it is None.
    """
    return tuple(
        _of_trigger(playbook, trigger, requests, fault) for trigger in playbook.triggers if is_replayable(trigger.trip)
    )


def _of_trigger(playbook: Playbook, trigger: PlaybookTrigger, requests: float, fault: float | None) -> TriggerForecast:
    line = line_of(trigger.trip)
    supposed = fault if fault is not None else min(_FAULT * line, (1 + line) / 2)
    steps = tuple(
        _of_step(playbook, trigger, number, step, requests, supposed)
        for number, step in enumerate(playbook.canary.steps, 1)
    )
    return TriggerForecast(trigger.name, supposed, steps, _advice(playbook, trigger, steps, requests, supposed))


def _of_step(
    playbook: Playbook, trigger: PlaybookTrigger, number: int, step: CanaryStep, requests: float, fault: float
) -> StepForecast:
    length = playbook.length(trigger)
    terms = (
        canary_terms(playbook, trigger, "canary", "stable")
        if step.percent < 100
        else lasting_terms(playbook, trigger, "canary")
    )
    asked = requests * length.total_seconds()
    own = asked * step.percent / 100
    most = max(1, math.ceil(_LONGEST * min(step.hold, timedelta(hours=1)) / length))
    looks = _median_looks(terms, own, asked - own, fault, most)
    delay = None if looks is None else looks * length
    lasts = max(step.hold.total_seconds(), step.min_requests / (own / length.total_seconds()) if own else math.inf)
    is_seen = delay is not None and delay.total_seconds() <= lasts
    return StepForecast(number, step.percent, step.hold, own, delay, is_seen)


@lru_cache(maxsize=256)
def _median_looks(terms: WatchTerms, own: float, stable: float, fault: float, most: int) -> int | None:
    draw = random.Random(_SEED)  # noqa: S311 - a simulation, not a secret
    found = sorted(_looks_until(terms, own, stable, fault, most, draw) for _ in range(RUNS))
    median = found[RUNS // 2]
    return int(median) if median <= most else None


def _looks_until(terms: WatchTerms, own: float, stable: float, fault: float, most: int, draw: random.Random) -> float:
    """How many looks pass until the line is crossed, infinity where it isn't within `most`."""
    evidence, asked, above = Evidence(), 0, 0
    recent: tuple[Counted, ...] = ()
    for look in range(1, most + 1):
        line = terms.threshold
        if terms.stable is not None:
            recent = (*recent, _drawn(stable, terms.threshold / 2, draw))[-LOOKS:]
            line = line_against_stable(terms.threshold, terms.margin, recent)
        counted = _drawn(own, fault, draw)
        if not counted.total:
            continue
        asked += counted.total
        evidence = grown(evidence, counted.share, line)
        above = above + 1 if evidence.weight >= terms.line and asked >= terms.min_requests else 0
        if above >= terms.looks:
            return look
    return math.inf


def _drawn(requests: float, share: float, draw: random.Random) -> Counted:
    """One look: `requests` on average, each failing with probability `share`."""
    total = int(requests) + (draw.random() < requests - int(requests))
    if total > _FEW:
        spread = math.sqrt(total * share * (1 - share))
        return Counted(min(total, max(0, round(draw.gauss(total * share, spread)))), total)
    return Counted(sum(draw.random() < share for _ in range(total)), total)


_FEW = 60
"""Above it the normal distribution stands in for the binomial one."""


def _advice(
    playbook: Playbook,
    trigger: PlaybookTrigger,
    steps: tuple[StepForecast, ...],
    requests: float,
    fault: float,
) -> str:
    """What would let the first step that sees too late see in time; empty where all do."""
    late = next((step for step in steps if step.percent < 100 and not step.holds_long_enough), None)
    if late is None:
        return ""
    ways = []
    if late.delay is not None:
        minutes = math.ceil(late.delay.total_seconds() / 60 / 5) * 5
        ways.append(f"make step {late.number} hold {minutes}m")
    held = playbook.canary.steps[late.number - 1]
    larger = next(
        (
            percent
            for percent in (2, 5, 10, 20, 25, 50)
            if percent > late.percent
            and _of_step(
                playbook, trigger, late.number, CanaryStep(percent, held.hold), requests, fault
            ).holds_long_enough
        ),
        None,
    )
    if larger is not None:
        ways.append(f"{'start with' if late.number == 1 else f'let step {late.number} have'} {larger} %")
    return ", or ".join(ways) or "no step below 100 % sees it in time: this much traffic can't be judged by a canary"
