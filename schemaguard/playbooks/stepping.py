"""The steps of a canary: which share it gets next, and what still keeps it from getting it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemaguard.frozen import dataclass
from schemaguard.playbooks.playbook import CanaryStep, CanaryTerms


@dataclass(frozen=True, slots=True)
class CanaryStanding:
    """Where a canary is: its step (from 1), since when it has that share, and how many requests were counted since.

    `requests` is None where nobody counts them.
    """

    step: int
    percent: int
    since: datetime
    requests: int | None = None
    unwatched: tuple[str, ...] = ()
    """Triggers that nobody looks at just now."""
    missing: tuple[str, ...] = ()
    """Triggers whose newest look was missing."""
    tripped: tuple[str, ...] = ()
    """Triggers that have crossed their line at this step."""


def first_step(terms: CanaryTerms) -> CanaryStep:
    """The share that a canary begins with."""
    return terms.steps[0]


def next_step(terms: CanaryTerms, at: CanaryStanding) -> tuple[int, CanaryStep] | None:
    """The number of the next step that is more, and what it is; None where there is none."""
    later = ((number, step) for number, step in enumerate(terms.steps, 1) if step.percent > at.percent)
    return next(later, None)


def current_step(terms: CanaryTerms, at: CanaryStanding) -> CanaryStep:
    """What the step says at which a canary is; one that was given another share has to hold as long as its step."""
    return terms.steps[min(max(at.step, 1), len(terms.steps)) - 1]


def holds_back(terms: CanaryTerms, at: CanaryStanding, now: datetime) -> tuple[str, ...]:
    """Why a canary doesn't get more yet, in words; empty where it may."""
    return tuple(_reasons(terms, at, now))


def _reasons(terms: CanaryTerms, at: CanaryStanding, now: datetime) -> Iterator[str]:
    step = current_step(terms, at)
    left = at.since + step.hold - now
    if left > timedelta():
        yield f"step {at.step} holds for {_minutes(left)} more"
    if at.requests is not None and at.requests < step.min_requests:
        yield f"{at.requests:,} of {step.min_requests:,} requests were counted"
    elif at.requests is None and step.min_requests:
        yield f"nobody has counted any of its {step.min_requests:,} requests"
    if at.tripped:
        yield f"{', '.join(at.tripped)} crossed the line"
    if at.missing:
        yield f"the last look of {', '.join(at.missing)} was missing"
    if at.unwatched:
        yield f"nobody watches {', '.join(at.unwatched)}"


def _minutes(length: timedelta) -> str:
    seconds = max(1, round(length.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


@dataclass(frozen=True, slots=True)
class TriggerStanding:
    """What one trigger knows of a canary at its step; `why_not` says why it isn't watched."""

    name: str
    trip: str
    failed: int = 0
    total: int = 0
    missing: int = 0
    weight: float | None = None
    line: float | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class CanaryReport:
    """A canary that runs: who, beside whom, where it is, what comes next, and what keeps it from that."""

    model: str
    version: str
    stable: str
    epoch: int
    standing: CanaryStanding
    steps: tuple[CanaryStep, ...]
    following: tuple[int, CanaryStep] | None
    waits: tuple[str, ...]
    triggers: tuple[TriggerStanding, ...] = ()
    playbook: str | None = None
    """The file of the playbook that it is judged by, None where none is published."""
