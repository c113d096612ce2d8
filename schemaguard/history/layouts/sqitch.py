"""Sqitch: a plan names the changes in their order; `deploy/` and `revert/` hold a script each."""

import re
from collections.abc import Sequence
from posixpath import basename, dirname, join

from schemaguard.frozen import dataclass
from schemaguard.history.history import Script
from schemaguard.history.layouts.found import FoundMigration, Reading, problem, title, whole
from schemaguard.history.sources import Files

_CHANGE = re.compile(r"\s*([+-]?)\s*([^\s@#%\[][^\s\[#]*)")
_TAG = re.compile(r"\s*(@[^\s\[#]+)")


@dataclass(frozen=True, slots=True)
class _Change:
    name: str
    tags_behind: tuple[str, ...]
    """The tags between it and the next change of the same name, nearest first; none where it is the last."""


def read_sqitch(folder: str, _every: Sequence[str], files: Files) -> Reading:
    """The changes of the plan in the folder, or above it where the folder is `deploy`."""
    top = dirname(folder.rstrip("/")) or "." if basename(folder.rstrip("/")) == "deploy" else folder
    plan = _plan(top, files)
    if plan is None:
        return [], []
    found: list[FoundMigration] = []
    problems = []
    for turn, change in enumerate(_changes(files.read(plan) or "")):
        up, is_tagged = _script(top, "deploy", change, files)
        if up is None:
            problems.append(problem("missing", f"the plan's change {change.name} has no script in deploy", plan))
            continue
        down, _ = _script(top, "revert", change, files)
        name = _below(up, join(top, "deploy")) if is_tagged else change.name
        script = Script(whole(up, files), whole(down, files) if down else None)
        found.append(FoundMigration(name, (turn,), title(basename(change.name)), script))
    return found, problems


def _below(file: str, folder: str) -> str:
    """A script's name below its folder."""
    return file.removeprefix(f"{folder}/").removeprefix("./").removesuffix(".sql")


def _plan(folder: str, files: Files) -> str | None:
    """The plan: Sqitch's own name for it, or the only one that begins as plans do."""
    plans = [name for name in files.names(folder) or () if name.endswith(".plan")]
    names = ["sqitch.plan"] if "sqitch.plan" in plans else plans
    found = [join(folder, name) for name in names]
    read = [path for path in found if (files.read(path) or "").lstrip().startswith("%")]
    return read[0] if len(read) == 1 else None


def _changes(text: str) -> list[_Change]:
    """The plan's changes in order. A later change of the same name leaves the earlier one its tag's file."""
    matches = [_TAG.match(line) or _CHANGE.match(line) for line in text.splitlines()]
    lines = [match.group(match.lastindex or 0) for match in matches if match]
    changes = []
    for at, line in enumerate(lines):
        if line.startswith("@"):
            continue
        again = next((later for later in range(at + 1, len(lines)) if lines[later] == line), None)
        between = lines[at + 1 : again] if again is not None else []
        changes.append(_Change(line, tuple(entry for entry in between if entry.startswith("@"))))
    return changes


def _script(top: str, side: str, change: _Change, files: Files) -> tuple[str | None, bool]:
    """The change's script on one side, and whether a tag is in its name."""
    for tag in change.tags_behind:
        path = join(top, side, f"{change.name}{tag}.sql")
        if files.is_file(path):
            return path, True
    path = join(top, side, f"{change.name}.sql")
    return (path if files.is_file(path) else None), False
