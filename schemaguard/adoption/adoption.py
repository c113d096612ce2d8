"""What setting up a repository comes to: what was found there, and the files to be written."""

from schemaguard.frozen import dataclass
from schemaguard.rules.judging.verdict import CheckResult


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is to be written, and what it is for."""

    path: str
    text: str
    what: str


@dataclass(frozen=True, slots=True)
class Adoption:
    """What was found, what would be written, and what is left for a person."""

    found: tuple[str, ...]
    files: tuple[NewFile, ...]
    kept: tuple[str, ...]
    """Files that are there already and stay as they are."""
    to_do: tuple[str, ...]
    checked: CheckResult | None = None
    """Today's verdict, without any baseline; None where there can't be one."""
    accepted: int = 0
    """How many findings the baseline accepts."""
