"""The verdict of a check, as every report shows it."""

from enum import StrEnum

from schemaguard.errors import ExitCode
from schemaguard.finding import Finding, Severity
from schemaguard.frozen import dataclass
from schemaguard.history.revision import Phase
from schemaguard.rules.judging.headline import count


class RollbackClass(StrEnum):
    """What taking a revision back costs, best first."""

    INSTANT = "instant"
    SLOW = "slow"
    NEEDS_VALUES = "needs values"
    LOSSY = "lossy"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class WindowUsed:
    """Where the release windows came from: `live`, a lock file, or `dates`; `at` is the time they are judged at."""

    source: str
    at: str
    age_days: int | None = None
    """How old the lock file is, in whole days; None where none stands between."""
    near_until: str | None = None
    """The next moment at which a release that is near now no longer is; None where none is, or a canary runs alone."""


@dataclass(frozen=True, slots=True)
class ContractUsed:
    """A contract that held while judging."""

    model: str
    model_versions: tuple[str, ...]
    file: str
    until: str | None


@dataclass(frozen=True, slots=True)
class JudgedRevision:
    """One judged revision: its phase, what taking it back costs, and how much of it could be read."""

    history: str
    id: str
    file: str
    phase: Phase
    rollback: RollbackClass
    """For the way in which the project applies its migrations."""
    rollback_by_alembic: RollbackClass
    rollback_with_guard: RollbackClass
    statements: int
    opaque: int


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Everything that a check found. Findings stand by statement, its headline first."""

    window: WindowUsed
    contracts: tuple[ContractUsed, ...]
    revisions: tuple[JudgedRevision, ...]
    findings: tuple[Finding, ...]
    seconds: float
    remarks: tuple[str, ...] = ()
    """What the one who called should know and what is not a finding, such as an option without effect."""
    unjudged: tuple[str, ...] = ()
    """What the verdict doesn't speak of, a sentence each."""
    applied_by: str = "alembic"
    history_size: int = 0
    """How many revisions there are in all, judged or not."""

    @property
    def errors(self) -> int:
        """How many statements have an error that counts."""
        return count(self.findings)[Severity.ERROR]

    @property
    def warnings(self) -> int:
        """How many statements have a warning that counts, and nothing worse."""
        return count(self.findings)[Severity.WARNING]

    @property
    def notes(self) -> int:
        """How many statements have a note, and nothing worse."""
        return count(self.findings)[Severity.NOTE]

    @property
    def exit_code(self) -> ExitCode:
        """1 where there are errors, else 0."""
        return ExitCode.FINDINGS if self.errors else ExitCode.OK


def worst_class(classes: "tuple[RollbackClass, ...]") -> RollbackClass:
    """The most expensive of several, instant where there is none."""
    order = list(RollbackClass)
    return max(classes, key=order.index, default=RollbackClass.INSTANT)
