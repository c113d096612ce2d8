"""Use cases on release windows: where they are read, and the lock file that keeps them beside the contracts."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from schemaguard.adapters.files.tree import DiskFiles
from schemaguard.adapters.files.writing import replace_text
from schemaguard.commands.site import LOCK
from schemaguard.contracts.contract import Contract
from schemaguard.errors import ConfigError, ExitCode, UsageError
from schemaguard.frozen import dataclass
from schemaguard.window.lock import EntryChange, changes, is_due
from schemaguard.window.window import Window, from_dates, parse_lock, render_lock

LiveWindow = Callable[[datetime | None], Window]
"""Reads the release windows from the database, as of now or of another time."""


class LockOutcome(StrEnum):
    """What became of the lock file, or what is true of it where it was only looked at."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class LockedWindows:
    """The lock file and the windows of the database."""

    file: str
    outcome: LockOutcome
    live: Window
    changes: tuple[EntryChange, ...]
    written: datetime | None
    """The date in the file as it is by then; None where there is no file, or none that can be read."""

    @property
    def exit_code(self) -> ExitCode:
        """1 where the file differs and was not written."""
        return ExitCode.FINDINGS if self.outcome is LockOutcome.DIFFERS else ExitCode.OK


def choose(
    option: str | None,
    at: datetime | None,
    folder: Path,
    files: DiskFiles,
    contracts: Iterable[Contract],
    live: LiveWindow,
) -> Window:
    """The release windows: from where the option says, else the lock file in the folder, else the contracts' dates.

    `at` without a time zone is UTC. Raises UsageError where there is no such file, ConfigError where it is not a lock.
    """
    moment = at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
    if option == "live":
        return live(moment)
    lock = files.path_of(folder / LOCK)
    if option == "dates" or (option is None and not files.is_file(lock)):
        return from_dates(contracts, moment or datetime.now(UTC))
    path = files.path_of(option) if option is not None else lock
    text = files.read(path)
    if text is None:
        raise UsageError(f"there is no {path}", at="--window", next="live, dates, or the path of a lock file")
    return parse_lock(text, path, moment)


def lock(output: str, files: DiskFiles, live: Window, *, refresh: bool = False) -> LockedWindows:
    """Write the windows of the database to the lock file, where that is due; nothing else is touched.

    Raises UsageError where the file can't be written.
    """
    path = files.path_of(output)
    text = files.read(path)
    try:
        before = parse_lock(text, path) if text is not None else None
    except ConfigError:
        before = None  # Whatever it is, what the database says takes its place.
    found = changes(before or Window(path, live.at, ()), live)
    if before is not None and not is_due(before, live, refresh=refresh):
        return LockedWindows(path, LockOutcome.UNCHANGED, live, (), before.written)
    target = files.root / path
    if not target.parent.is_dir():
        raise UsageError("there is no such folder", at=str(Path(path).parent), next="make it, or name another --output")
    replace_text(target, render_lock(live))
    return LockedWindows(path, LockOutcome.WRITTEN, live, found, live.at)


def compare(output: str, files: DiskFiles, live: Window) -> LockedWindows:
    """Whether the lock file says what the database says; it is left as it is. ConfigError where it is not a lock."""
    path = files.path_of(output)
    text = files.read(path)
    before = parse_lock(text, path) if text is not None else None
    found = changes(before or Window(path, live.at, ()), live)
    outcome = LockOutcome.DIFFERS if found or before is None else LockOutcome.UNCHANGED
    return LockedWindows(path, outcome, live, found, before.written if before is not None else None)
