"""A finding: one verdict with its place, its effect and the safer way. A value; never raised."""

from collections.abc import Callable
from enum import StrEnum

from schemaguard.frozen import dataclass, field


class Severity(StrEnum):
    """How a finding counts: an error fails the check, a note is shown with --verbose only."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Family(StrEnum):
    """The family a rule belongs to, in the order in which headlines are chosen."""

    CONTRACT = "contract"
    DESTRUCTIVE = "destructive"
    CLIENTS = "clients"
    BLOCKING = "blocking"
    REVERSIBILITY = "reversibility"
    HYGIENE = "hygiene"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file: `line` and `column` count from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Reader:
    """A model version (or consumer) that a finding concerns, and until when its contract holds."""

    model: str
    model_version: str
    access: str
    """`read` or `write`."""
    role: str
    """`active`, `canary`, `fallback`, `superseded`, `consumer`, or `declared` where only dates are known."""
    until: str | None
    """An ISO date; None where the window has no end."""
    reads_through: str = "table"


@dataclass(frozen=True, slots=True)
class SqlError:
    """An error that PostgreSQL gives, and to whom."""

    sqlstate: str
    condition: str
    """Its name in PostgreSQL's manual, such as `undefined_column`."""
    to: str
    """`reader`, `writer`, or `migration` where the change itself is refused."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a finding on a contract is one: the row of the compatibility table, and the catalog around the change."""

    change: str
    reader: str
    writer: str
    cause: str
    before: tuple[str, ...] = ()
    """What of the catalog the change takes away, a line each; `after`: what it puts there."""
    after: tuple[str, ...] = ()
    diff: tuple[str, ...] = ()
    """Both in order, with `- ` or `+ ` before each line."""
    errors: tuple[SqlError, ...] = ()
    """Empty where nothing fails."""


@dataclass(frozen=True, slots=True)
class LineEdit:
    """Whole lines of a finding's file that become others; `first` counts from 1, the lines have no line ends."""

    first: int
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def last(self) -> int:
        """The number of the last line that is replaced."""
        return self.first + len(self.old) - 1


@dataclass(frozen=True, slots=True)
class LaterRevision:
    """A revision that has to follow: lines of its two directions without indentation, in the language of the first."""

    title: str
    upgrade: tuple[str, ...]
    downgrade: tuple[str, ...]
    imports: tuple[str, ...] = ()
    """The import lines that a revision of Alembic's needs for it; none for SQL."""
    is_outside_of_transactions: bool = False
    """Whether PostgreSQL refuses it inside of a transaction: Alembic's code says so, a tool for SQL has to be told."""


@dataclass(frozen=True, slots=True)
class Fix:
    """The corrected migration, with its author's names: what stands instead of a statement, and what follows later."""

    title: str
    """The end of the sentence "instead, …"."""
    proof: bool | Callable[[], bool] = field(compare=False)
    """Finds out whether folding both ways leads to the same catalog, when somebody asks."""
    code: tuple[str, ...]
    """The lines for the change that the finding is about; empty where it moves into a later revision as it is."""
    later: tuple[LaterRevision, ...] = ()
    whole: tuple[str, ...] | None = None
    """The lines for all that the statement does; None where it can't be replaced mechanically."""
    imports: tuple[str, ...] = ()
    """The import lines that `whole` needs."""
    undo: tuple[str, ...] = ()
    """The lines that the way back of the revision has to begin with."""
    edits: tuple[LineEdit, ...] = ()
    """`whole` in the text of the file; empty where that wasn't looked at, or has no place of its own for it."""

    @property
    def is_safe(self) -> bool:
        """Whether folding both ways leads to the same catalog."""
        return self.proof if isinstance(self.proof, bool) else self.proof()


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict on one statement of one revision."""

    rule: str
    family: Family
    severity: Severity
    history: str
    revision: str
    place: Place
    direction: str
    """`upgrade` or `downgrade`."""
    statement: str
    """The statement as the author wrote it: the `op.` call, or the SQL."""
    object: str
    message: str
    effect: str
    instead: str
    cause: str | None = None
    readers: tuple[Reader, ...] = ()
    also: tuple[str, ...] = ()
    headline: bool = True
    suppressed: str | None = None
    """The reason that the author gave for ignoring it, or the words of the baseline or override that accepts it."""
    explanation: Explanation | None = None
    """Where it was asked for, of findings on what a statement does to a contract."""
    override: Place | None = None
    """Where the override stands that accepts it; None where it is not an override that does."""
    fix: Fix | None = None
    """The corrected migration, where there is one that can be written down."""
