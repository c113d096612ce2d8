"""What mending a history comes to: the repairs, the files, and what is left."""

from collections.abc import Mapping

from schemaguard.finding import Finding
from schemaguard.frozen import dataclass
from schemaguard.rules.judging.verdict import CheckResult


@dataclass(frozen=True, slots=True)
class Repair:
    """One finding that is mended, and the files of the revisions that have to follow."""

    finding: Finding
    new_files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotMended:
    """One finding with a remedy that can't be put in, and why."""

    finding: Finding
    why: str


@dataclass(frozen=True, slots=True)
class Mended:
    """What would be written, and what is left."""

    repairs: tuple[Repair, ...]
    texts: Mapping[str, tuple[str | None, str]]
    """Path → the text before (None: no such file) and after."""
    refused: tuple[NotMended, ...]
    unsafe: int
    """How many more there are with --unsafe."""
    by_hand: int
    """How many findings have no mechanical repair."""
    left: CheckResult
    """The verdict on the mended history."""
    splits: tuple[str, ...] = ()
    """The commands that write a revision that is left as expand, backfill and contract."""
