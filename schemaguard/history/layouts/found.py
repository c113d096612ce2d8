"""What a reader of a layout finds, and what all of them read alike: sections, names, problems."""

import re
from collections.abc import Callable, Sequence

from schemaguard.finding import Place
from schemaguard.frozen import dataclass
from schemaguard.history.history import Script, Section, Transactions
from schemaguard.history.revision import Problem
from schemaguard.history.sources import Files

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class FoundMigration:
    """One migration as its files tell it; `key` puts it in its turn."""

    id: str
    key: tuple[object, ...]
    message: str
    script: Script


Reading = tuple[list[FoundMigration], list[Problem]]
Reader = Callable[[str, Sequence[str], Files], Reading]
"""Given a folder, all SQL files in it and the tree: the migrations, none where the layout is another."""


def whole(file: str, files: Files, transactions: Transactions = "none") -> Section:
    """A file that is one direction from its beginning to its end."""
    return Section(file, files.read(file) or "", transactions=transactions)


def version_and_title(stem: str) -> tuple[str, str]:
    """The number that a name begins with, or all of it, and its words."""
    match = re.match(r"(\d+)[._-]*(.*)$", stem)
    return (match.group(1), title(stem)) if match else (stem, title(stem))


def title(stem: str) -> str:
    """The words of a file's name."""
    return re.sub(r"[_-]+", " ", re.sub(r"^[\d._-]+", "", stem)).strip() or stem


def numbers(version: str) -> tuple[object, ...]:
    """A key under which versions of one kind compare as numbers; a name without any goes last."""
    found = tuple(int(number) for number in _NUMBER.findall(version))
    return (found or (float("inf"),), version)


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key under which `2_x` comes before `10_x`."""
    parts = re.split(r"(\d+)", name)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part)


def problem(kind: str, message: str, file: str) -> Problem:
    """A finding about a file's name or place."""
    return Problem(
        rule="broken-history",
        kind=kind,  # type: ignore[arg-type] # the callers use the literal's own words
        message=message,
        place=Place(file, 1),
        instead="rename the file, or move it out of the folder of migrations",
    )
