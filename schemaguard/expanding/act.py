"""What an expansion is made of: statements with their reasons, in three parts, as values."""

from typing import Literal

from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Name
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.identifiers import columns, quote, written
from schemaguard.sql.writing.statements import render

ExpansionPhase = Literal["expand", "backfill", "contract"]
PHASES: tuple[ExpansionPhase, ...] = ("expand", "backfill", "contract")


@dataclass(frozen=True, slots=True)
class Act:
    """One statement, the changes that it makes, and what a colleague would write above it."""

    sql: str
    changes: tuple[Change, ...]
    note: str = ""
    alone: bool = False
    """Whether it runs in a transaction of its own: it takes long, or PostgreSQL asks for it."""


def act(change: Change, note: str = "", *, alone: bool = False) -> Act:
    """The act that a change is; it holds all that its statement says."""
    sql = render(change, written)
    assert sql is not None, change
    return Act(sql, (change,), note, alone)


def raw(sql: str, note: str = "", *, alone: bool = False) -> Act:
    """The act that a text is, with the changes that are read from it."""
    return Act(sql, translate(sql), note, alone)


@dataclass(frozen=True, slots=True)
class PhasePart:
    """One of the three revisions: the way up and the way down."""

    up: tuple[Act, ...] = ()
    down: tuple[Act, ...] = ()

    def __add__(self, other: "PhasePart") -> "PhasePart":
        """Both, one behind the other; the way down takes them back in the other order."""
        return PhasePart((*self.up, *other.up), (*other.down, *self.down))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What has to be used by nobody before the contract revision runs; no columns: the table as a whole."""

    table: Name
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As the directive `waits-for` spells it."""
        return f"{written(self.table)}{columns(self.columns) if self.columns else ''}"


@dataclass(frozen=True, slots=True)
class Expansion:
    """One change as expand, backfill and contract, what the contract waits for, and what is to be known of it."""

    expand: PhasePart = PhasePart()
    backfill: PhasePart = PhasePart()
    contract: PhasePart = PhasePart()
    waits: tuple[Waiting, ...] = ()
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Expansion") -> "Expansion":
        """Both, phase by phase."""
        return Expansion(
            self.expand + other.expand,
            self.backfill + other.backfill,
            self.contract + other.contract,
            (*self.waits, *other.waits),
            tuple(dict.fromkeys((*self.notes, *other.notes))),
        )

    def part(self, phase: ExpansionPhase) -> PhasePart:
        """The part of a phase."""
        parts: dict[ExpansionPhase, PhasePart] = {
            "expand": self.expand,
            "backfill": self.backfill,
            "contract": self.contract,
        }
        return parts[phase]


@dataclass(frozen=True, slots=True)
class Ask:
    """An expression that nothing tells and the author has to give."""

    way: Literal["up", "down"]
    column: str
    why: str

    def __str__(self) -> str:
        """The option, ready to be filled in."""
        return f"--{self.way} '{quote(self.column)}=EXPRESSION' ({self.why})"


class Unsplittable(UsageError):  # noqa: N818 - it says what the revision is
    """The revision can't be written as expand, backfill and contract."""
