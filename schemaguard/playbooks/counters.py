"""Counters as they were read now and then → how much they rose, exactly.

What a monitoring system itself says of a rise is extrapolated to the ends of the time that was asked for, and guessed
across a restart. From the samples the rise is known: a counter that fell began anew at 0. What rose between two samples
belongs to the time of the second.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from schemaguard.frozen import dataclass
from schemaguard.playbooks.due import DueSpans
from schemaguard.playbooks.look import Counted


@dataclass(frozen=True, slots=True)
class Series:
    """One counter of one version: whose it is (the process that was asked), and its samples, oldest first."""

    version: str
    whose: tuple[str, ...]
    samples: tuple[tuple[datetime, float], ...]


class CountersError(ValueError):
    """The counters can't be what they are said to be."""


def counted(failed: Sequence[Series], total: Sequence[Series], due: DueSpans) -> dict[datetime, dict[str, Counted]]:
    """Failures and requests by look and version. A look in which a process wasn't heard any more is left out.

    Raises CountersError where there are more failures than requests, or what isn't a count.
    """
    heard = _heard(total)
    asked, lost = _sums(_rises(total, {}), due), _sums(_rises(failed, heard), due)
    found: dict[datetime, dict[str, Counted]] = {}
    silent = set(_silent(total, due))
    for (end, version), many in asked.items():
        if end in silent:
            continue
        bad = lost.get((end, version), 0.0)
        if bad > many:
            raise CountersError(f"{bad:g} of {many:g} requests of version {version} can't have failed")
        found.setdefault(end, {})[version] = Counted(_whole(bad), _whole(many))
    return found


def _whole(value: float) -> int:
    if abs(value - round(value)) > 1e-6 * max(1.0, value):
        raise CountersError(f"{value:g} isn't a count")
    return round(value)


def _heard(series: Iterable[Series]) -> dict[tuple[str, ...], datetime]:
    """When each process was heard for the first time."""
    first: dict[tuple[str, ...], datetime] = {}
    for each in series:
        for at, _ in each.samples[:1]:
            first[each.whose] = min(at, first.get(each.whose, at))
    return first


def _rises(
    series: Iterable[Series], heard: Mapping[tuple[str, ...], datetime]
) -> Iterator[tuple[datetime, str, float]]:
    """What each rose by, and when it was seen. One that appears later than its process began at 0; any other one begins
    at its first sample, whose past isn't known.
    """
    for each in series:
        if not each.samples:
            continue
        at, value = each.samples[0]
        if at > heard.get(each.whose, at):
            yield at, each.version, value
        else:
            yield at, each.version, 0.0
        for (_, before), (then, after) in pairwise(each.samples):
            yield then, each.version, after - before if after >= before else after


def _sums(rises: Iterable[tuple[datetime, str, float]], due: DueSpans) -> dict[tuple[datetime, str], float]:
    found: dict[tuple[datetime, str], float] = {}
    for at, version, rise in rises:
        if (end := due.end_of(at)) is not None:
            found[end, version] = found.get((end, version), 0.0) + rise
    return found


def _silent(total: Sequence[Series], due: DueSpans) -> Iterator[datetime]:
    """Looks in which a process isn't heard that was heard in the one before, or is heard no longer before its end."""
    by_process: dict[tuple[str, ...], set[datetime]] = {}
    for each in total:
        by_process.setdefault(each.whose, set()).update(at for at, _ in each.samples)
    for times in by_process.values():
        for begin, end in due.spans:
            was_heard = any(begin - (end - begin) < at <= begin for at in times)
            if was_heard and not any(begin < at <= end for at in times):
                yield end
