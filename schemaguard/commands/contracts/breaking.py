"""contracts breaking: what a branch's edits of contracts take from versions that are published, without a database."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath

from schemaguard.adapters.files import git
from schemaguard.adapters.files.contracts import PATTERNS, read_files
from schemaguard.commands.histories import choose_base
from schemaguard.commands.reading import Reading
from schemaguard.commands.site import LOCK
from schemaguard.commands.window import LiveWindow, choose
from schemaguard.contracts import odcs
from schemaguard.contracts.contract import ContractFile
from schemaguard.contracts.document import read
from schemaguard.contracts.placed import Document
from schemaguard.errors import ContractError, UsageError
from schemaguard.frozen import dataclass
from schemaguard.registry.edits import EditVerdict, judge
from schemaguard.window.window import Window, from_dates, parse_lock


def breaking(
    reading: Reading,
    folder: str,
    base_option: str | None,
    window_option: str | None,
    environ: Mapping[str, str],
    live: LiveWindow,
    clock: Callable[[], float] = time.perf_counter,
) -> EditVerdict:
    """Compare the folder's contracts with those of the base; the windows are the base's, unless the option says else.

    Raises UsageError where there is nothing to compare with, HistoryError where the base can't be read, ContractError
    where a contract can't be read as it is now.
    """
    start, files = clock(), reading.files
    base = choose_base(reading, base_option, environ)
    if base is None:
        raise UsageError("there is nothing to compare with", next="name a branch, tag or commit: --base main")
    path = files.path_of(folder)
    before, remarks = _at_base(git.folder_at(base, path, files), path)
    place = files.root / path
    after = read_files(place, files.root) if place.is_dir() else ()
    now = datetime.now(UTC)
    window = _window(reading, path, window_option, before, live, now)
    contracts = before.contracts
    same = {(each.contract.id, each.contract.digest) for each in after}
    changed = sum((each.contract.id, each.contract.digest) not in same for each in contracts)
    findings = judge(contracts, after, window, now, lambda file: _document(reading, file))
    return EditVerdict(base, window, findings, len(contracts), changed, remarks, clock() - start)


@dataclass(frozen=True, slots=True)
class _Before:
    """What the base has: its contracts, and the text of its lock file, None where it has none."""

    contracts: tuple[ContractFile, ...]
    lock: str | None


def _at_base(texts: Mapping[str, str], folder: str) -> tuple[_Before, tuple[str, ...]]:
    """The base's contracts; one that couldn't be used there promised nothing, and is told."""
    contracts, remarks = [], []
    for path, text in texts.items():
        if not any(PurePosixPath(path).match(pattern) for pattern in PATTERNS):
            continue
        try:
            contracts.append(odcs.parse_file(text, path, _beside(texts, path)))
        except ContractError as error:
            remarks.append(f"{error.at} at the base wasn't compared: {error.what}")
    return _Before(tuple(contracts), texts.get(f"{folder}/{LOCK}")), tuple(remarks)


def _beside(texts: Mapping[str, str], path: str) -> Callable[[str], str | None]:
    """A file that a contract names; one that the base doesn't have reads as empty, for its text isn't compared."""
    parent = PurePosixPath(path).parent
    return lambda name: texts.get(str(parent / name), "")


def _window(
    reading: Reading, folder: str, option: str | None, before: _Before, live: LiveWindow, now: datetime
) -> Window:
    contracts = [each.contract for each in before.contracts]
    if option is not None:
        place = reading.files.root / folder
        return choose(option, now if option != "live" else None, place, reading.files, contracts, live)
    if before.lock is not None:
        return parse_lock(before.lock, f"{folder}/{LOCK}", now)
    return from_dates(contracts, now)


def _document(reading: Reading, file: str) -> Document | None:
    text = reading.files.read(file)
    return read(text, file) if text is not None else None
