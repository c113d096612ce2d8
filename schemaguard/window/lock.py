"""The lock file against the database: who has come, gone or changed, and when its text is written anew."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemaguard.frozen import dataclass
from schemaguard.window.window import Window, WindowEntry

FRESH = timedelta(days=1)
"""As long as a lock that still says what is so keeps its date, so that a scheduled job commits once a day at most."""
OLD_DAYS = 7
"""From this age on, `check` says how old the lock is."""


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What became of one model version in the window: `before` None: it came; `after` None: it is gone."""

    before: WindowEntry | None
    after: WindowEntry | None

    @property
    def subject(self) -> WindowEntry:
        """The entry that names whom it is about."""
        entry = self.after or self.before
        assert entry is not None
        return entry


def changes(locked: Window, live: Window) -> tuple[EntryChange, ...]:
    """How the windows differ at the moment of `live`, by model and version.

    A version whose window has ended since the lock was written is none: the file says until when it held.
    """
    return tuple(_changes(locked, live))


def _changes(locked: Window, live: Window) -> Iterator[EntryChange]:
    before = {(entry.model, entry.version): entry for entry in locked.current(live.at)}
    after = {(entry.model, entry.version): entry for entry in live.current(live.at)}
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        if one is None or other is None or not _is_same(one, other):
            yield EntryChange(one, other)


def _is_same(one: WindowEntry, other: WindowEntry) -> bool:
    # A lock file counts in seconds, the database in microseconds.
    if one.released is not None and _second(one.released) != _second(other.released):
        return False
    return (one.role, one.digest, _second(one.until)) == (other.role, other.digest, _second(other.until))


def _second(moment: datetime | None) -> datetime | None:
    return moment.replace(microsecond=0) if moment is not None else None


def is_due(locked: Window | None, live: Window, *, refresh: bool) -> bool:
    """Whether the lock is to be written: there is none, it says something else, it is a day old, or on request."""
    if locked is None or refresh or changes(locked, live):
        return True
    return locked.written is None or live.at - locked.written >= FRESH
