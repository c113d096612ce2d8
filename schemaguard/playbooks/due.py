"""Which looks are due, and what was counted in each."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from schemaguard.frozen import dataclass
from schemaguard.playbooks.look import Counted, Look, MissingLook

MOST_LOOKS = 8_640
"""So many are caught up with at once: a day of looks of ten seconds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Span = tuple[datetime, datetime]
"""A look: what lies behind its beginning, up to its end."""
CountedLooks = Mapping[datetime, Mapping[str, Counted]]
"""By the end of a look, what each version did in it."""


@dataclass(frozen=True, slots=True)
class DueSpans:
    """The looks that are due, oldest first, and what nobody will look at any more because it is too long ago."""

    spans: tuple[Span, ...]
    gap: tuple[MissingLook, ...] = ()

    def missing(self, reason: str) -> tuple[Look | MissingLook, ...]:
        """Each of them, where none could be had."""
        return (*self.gap, *(MissingLook(*span, reason) for span in self.spans))

    def looks(self, counted: CountedLooks, reason: str = "no rows") -> tuple[Look | MissingLook, ...]:
        """Each of them with what was counted; one in which nothing was is missing."""
        return (
            *self.gap,
            *(
                Look(begin, end, counted[end]) if end in counted else MissingLook(begin, end, reason)
                for begin, end in self.spans
            ),
        )

    def end_of(self, at: datetime) -> datetime | None:
        """The end of the look that a time lies in, None where it lies in none of them."""
        from bisect import bisect_left

        place = bisect_left([end for _, end in self.spans], at)
        return self.spans[place][1] if place < len(self.spans) and at > self.spans[place][0] else None


def due_spans(since: datetime, until: datetime, length: timedelta) -> DueSpans:
    """The looks between two times; the first is shorter where `since` isn't the end of one: looks had another length.

    They end at whole multiples of their length since 1970 in UTC.
    """
    # Python counts hours by the wall clock of a zone, and a session may have one whose clock is set back.
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    first = until - MOST_LOOKS * length if (until - since) / length > MOST_LOOKS else since
    if first >= until:
        return DueSpans(())
    ends = [first - (first - _EPOCH) % length + length]
    while ends[-1] < until:
        ends.append(ends[-1] + length)
    gap = (MissingLook(since, first, "nobody watched"),) if first > since else ()
    return DueSpans(tuple(pairwise((first, *ends))), gap)
