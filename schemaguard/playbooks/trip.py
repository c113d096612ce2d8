"""Trip lines: the closed grammar of `trip:`, and what each makes of a look.

Nearly every line is a bound on a share of failures, so that one statistic judges them all: `p95 > 300 ms` says that
more than 5 % take longer than 300 ms, `approval rate < 90 %` that more than 10 % aren't approved.
"""

import re
from typing import assert_never

from schemaguard.frozen import dataclass

EXAMPLES = ("error rate > 2 %", "approval rate < 90 %", "p95 > 300 ms", "KS > 0.15", "revenue loses > 20 %")


@dataclass(frozen=True, slots=True)
class ShareAbove:
    """More than this share (0 to 1) of the requests fail; `of` is what is counted, such as `error rate`."""

    of: str
    share: float


@dataclass(frozen=True, slots=True)
class ShareBelow:
    """Less than this share (0 to 1) of the requests are what `of` names: the others are the failures."""

    of: str
    share: float


@dataclass(frozen=True, slots=True)
class QuantileAbove:
    """A quantile (0 to 1) is above a limit, in the unit that is written: more than 1 - quantile exceed it."""

    quantile: float
    limit: float
    unit: str


@dataclass(frozen=True, slots=True)
class DistanceAbove:
    """The distribution is further than this from its reference: Kolmogorov and Smirnov's distance, 0 to 1."""

    distance: float


@dataclass(frozen=True, slots=True)
class MeanWorse:
    """The canary's mean of `of` is this share worse than stable's: it `loses`, or gains what it shouldn't."""

    of: str
    share: float
    loses: bool


Trip = ShareAbove | ShareBelow | QuantileAbove | DistanceAbove | MeanWorse

_NUMBER = r"([0-9]{1,6}(?:\.[0-9]{1,6})?)"
_SHARE = re.compile(rf"((?:[a-z][a-z /-]* )?rate) ([<>]) {_NUMBER} ?%")
_QUANTILE = re.compile(rf"p(50|75|90|95|99|99\.9) > {_NUMBER} ?(ms|s)")
_DISTANCE = re.compile(rf"KS > {_NUMBER}")
_MEAN = re.compile(rf"([a-z][a-z /-]*) (loses|gains) > {_NUMBER} ?%")
_OF_FAILURES = ("error rate", "null rate", "rate")
_EVEN = 0.5
"""A sign is as likely one way as the other where nothing has changed."""


def trip(text: str) -> Trip:
    """The line that is written. Raises ValueError, which says how to write one."""
    if found := _SHARE.fullmatch(text):
        return _share(found[1], found[2], float(found[3]) / 100)
    if found := _QUANTILE.fullmatch(text):
        return QuantileAbove(float(found[1]) / 100, _positive(float(found[2])), found[3])
    if found := _DISTANCE.fullmatch(text):
        return DistanceAbove(_inside(float(found[1]), "a distance lies between 0 and 1"))
    if found := _MEAN.fullmatch(text):
        share = _inside(float(found[3]) / 100, "a share lies between 0 % and 100 %")
        return MeanWorse(found[1], share, found[2] == "loses")
    raise ValueError(f"{text!r} isn't a line; write e.g. {_nearest(text)}")


def _share(of: str, way: str, share: float) -> Trip:
    _inside(share, "a share lies between 0 % and 100 %")
    if way == ">":
        return ShareAbove(of, share)
    if of in _OF_FAILURES:
        raise ValueError(f"a low {of} isn't bad; write {of} > {share * 100:g} %")
    return ShareBelow(of, share)


def _inside(value: float, otherwise: str) -> float:
    if not 0 < value < 1:
        raise ValueError(otherwise)
    return value


def _positive(value: float) -> float:
    if value <= 0:
        raise ValueError("a limit of 0 is always crossed")
    return value


def _nearest(text: str) -> str:
    """The example that looks most like what somebody tried to write."""
    if re.search(r"\bp\d|latency|ms\b", text):
        return EXAMPLES[2]
    if re.search(r"\bks\b|drift", text, re.IGNORECASE):
        return EXAMPLES[3]
    if re.search(r"los|gain", text):
        return EXAMPLES[4]
    return EXAMPLES[1] if "<" in text else EXAMPLES[0]


def line_of(line: Trip) -> float:
    """The share of failures that the statistic bets against, 0 to 1."""
    match line:
        case ShareAbove(_, share):
            return share
        case ShareBelow(_, share):
            return 1 - share
        case QuantileAbove(quantile, _, _):
            return 1 - quantile
        case DistanceAbove(distance):
            return distance
        case MeanWorse():
            return _EVEN
        case _:
            assert_never(line)


def in_words(line: Trip) -> str:
    """The line as a playbook writes it."""
    match line:
        case ShareAbove(of, share):
            return f"{of} > {share * 100:g} %"
        case ShareBelow(of, share):
            return f"{of} < {share * 100:g} %"
        case QuantileAbove(quantile, limit, unit):
            return f"p{quantile * 100:g} > {limit:g} {unit}"
        case DistanceAbove(distance):
            return f"KS > {distance:g}"
        case MeanWorse(of, share, loses):
            return f"{of} {'loses' if loses else 'gains'} > {share * 100:g} %"
        case _:
            assert_never(line)
