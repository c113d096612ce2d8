"""The watcher's loop over measurements that a file kept: how a team calibrates its lines before it says `act`."""

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from schemaguard.errors import PlaybookError
from schemaguard.frozen import dataclass
from schemaguard.playbooks.look import Counted, Look, MissingLook
from schemaguard.playbooks.playbook import Playbook, PlaybookTrigger
from schemaguard.playbooks.watching import (
    NothingSeen,
    Tripped,
    Watched,
    WatchTerms,
    canary_terms,
    is_replayable,
    lasting_terms,
    watched,
)

COLUMNS = ("at", "version", "trigger", "failed", "total")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_LOOKS = 5_000_000
"""A file that spans more is a mistake in its times."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One row of the file: what one trigger counted of one version at a time."""

    at: datetime
    version: str
    trigger: str
    counted: Counted


@dataclass(frozen=True, slots=True)
class TriggerReplay:
    """What a trigger would have said of the file."""

    trigger: PlaybookTrigger
    terms: WatchTerms
    looks: int
    missing: int
    known: Watched
    peak: float
    """The largest evidence of a look."""
    tripped_at: datetime | None
    silent_at: datetime | None
    """When so many looks in a row were missing that the playbook freezes or tells."""


def measurements(text: str, file: str) -> tuple[Measurement, ...]:
    """The rows of a CSV file with a header. Raises PlaybookError with file:line where one can't be read."""
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise PlaybookError(f"not CSV: {error}", at=f"{file}:{reader.line_num}", next="correct the line") from error
    if not rows or [name.strip() for name in rows[0][1]] != list(COLUMNS):
        raise PlaybookError("the columns aren't known", at=f"{file}:1", next=f"begin the file with {','.join(COLUMNS)}")
    return tuple(_measurement(row, f"{file}:{line}") for line, row in rows[1:])


def _measurement(row: list[str], at: str) -> Measurement:
    if len(row) != len(COLUMNS):
        raise PlaybookError(f"{len(row)} values in a row of {len(COLUMNS)}", at=at, next="correct the line")
    when, version, trigger, failed, total = (value.strip() for value in row)
    try:
        time = datetime.fromisoformat(when)
        counted = Counted(int(failed), int(total))
    except ValueError as error:
        raise PlaybookError(
            f"{error}", at=at, next="write a time such as 2026-11-29T14:07:20Z, and whole numbers"
        ) from error
    if not 0 <= counted.failed <= counted.total:
        raise PlaybookError(f"{failed} of {total} can't have failed", at=at, next="correct the line")
    return Measurement(time if time.tzinfo else time.replace(tzinfo=UTC), version, trigger, counted)


def versions(rows: Iterable[Measurement]) -> tuple[str, ...]:
    """The versions that a file speaks of, in the order in which they appear."""
    return tuple(dict.fromkeys(row.version for row in rows))


def replayed(
    playbook: Playbook, rows: Iterable[Measurement], version: str, stable: str | None, *, is_canary: bool
) -> tuple[TriggerReplay, ...]:
    """What every trigger that counts failures would have said of a version."""
    by_trigger: dict[str, list[Measurement]] = defaultdict(list)
    for row in rows:
        by_trigger[row.trigger].append(row)
    return tuple(
        _replayed(
            trigger,
            canary_terms(playbook, trigger, version, stable)
            if is_canary
            else lasting_terms(playbook, trigger, version),
            _looks(by_trigger[trigger.name], playbook.length(trigger), version),
        )
        for trigger in playbook.triggers
        if is_replayable(trigger.trip) and by_trigger[trigger.name]
    )


def _replayed(trigger: PlaybookTrigger, terms: WatchTerms, looks: Iterable[Look | MissingLook]) -> TriggerReplay:
    known, peak, count, missing = Watched(), -math.inf, 0, 0
    tripped: datetime | None = None
    silent: datetime | None = None
    for look, (known, event) in watched(looks, terms):
        count += 1
        missing += known.missing > 0
        peak = max(peak, known.evidence.weight)
        if isinstance(event, Tripped):
            tripped = tripped or look.until
        elif isinstance(event, NothingSeen):
            silent = silent or look.until
    return TriggerReplay(trigger, terms, count, missing, known, peak, tripped, silent)


def _looks(rows: Iterable[Measurement], length: timedelta, version: str) -> Iterator[Look | MissingLook]:
    """The file cut into looks, each (since, until], from the version's first row to its last; gaps are missing."""
    slots: dict[int, dict[str, Counted]] = defaultdict(dict)
    for row in rows:
        slot = slots[-((_EPOCH - row.at) // length)]
        before = slot.get(row.version, Counted(0, 0))
        slot[row.version] = Counted(before.failed + row.counted.failed, before.total + row.counted.total)
    own = [number for number, slot in slots.items() if version in slot]
    if not own:
        return
    if max(own) - min(own) > MOST_LOOKS:
        raise PlaybookError(
            f"the file's times span {(max(own) - min(own)) * length}", next="correct the times, or cut the file"
        )
    for number in range(min(own), max(own) + 1):
        yield _look(number, length, slots.get(number))


def _look(number: int, length: timedelta, slot: Mapping[str, Counted] | None) -> Look | MissingLook:
    until = _EPOCH + number * length
    if slot is None:
        return MissingLook(until - length, until, "no rows")
    return Look(until - length, until, slot)
