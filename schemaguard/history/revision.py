"""A revision, and the steps that running it would take."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Catalog
from schemaguard.finding import Place
from schemaguard.frozen import dataclass
from schemaguard.history.deployment import Presumed
from schemaguard.sql.reading.statement import Statement

Direction = Literal["upgrade", "downgrade"]


class Phase(StrEnum):
    """What a revision does to those who use the database today."""

    EXPAND = "expand"
    BACKFILL = "backfill"
    CONTRACT = "contract"
    MIXED = "mixed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Revision:
    """One migration: its identity and where its source is; `down` are its parents (several for a merge)."""

    id: str
    down: tuple[str, ...]
    file: str
    depends_on: tuple[str, ...] = ()
    branch_labels: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    message: str = ""
    broken: "Problem | None" = None
    """What keeps its file from being read, where no more of it is known than who it is."""


@dataclass(frozen=True, slots=True)
class Step:
    """One statement in its turn: the catalog that it meets, what it does, and the catalog that it leaves.

    `transaction` numbers the transactions of a revision from 0; a statement outside of any (`autocommit_block`,
    CONCURRENTLY) has `autocommit` and is a commit point of its own. `conditional` says that a branch on something
    unknown decides whether it runs.
    """

    statement: Statement
    changes: tuple[Change, ...]
    before: Catalog
    after: Catalog
    transaction: int = 0
    autocommit: bool = False
    conditional: bool = False
    parameters: object = None
    many: bool = False
    comments: tuple[str, ...] = ()
    """Comments of the source beside the statement, for suppressions and `touches`."""


@dataclass(frozen=True, slots=True)
class Run:
    """What running one revision in one direction does."""

    revision: Revision
    direction: Direction
    steps: tuple[Step, ...]
    before: Catalog
    after: Catalog
    file_comments: tuple[tuple[Place, str], ...] = ()
    is_empty: bool = False
    """The function is there and does nothing, or is missing."""
    is_skipped: bool = False
    """It comes before all that is judged, wasn't replayed and has no steps; its catalogs are what the judged meet."""
    assumed: tuple[str, ...] = ()
    """The values that only a deployment knows and the settings say, as far as they were needed."""
    presumed: tuple[Presumed, ...] = ()
    """The defaults that were taken for values that only a deployment knows."""

    @property
    def comments(self) -> tuple[str, ...]:
        """What the file's comments say, without their markers: those of the whole file, and those beside statements."""
        return (*(text for _, text in self.file_comments), *(text for step in self.steps for text in step.comments))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a history as a whole; the rules `several-heads` and `broken-history` make findings of it."""

    rule: Literal["several-heads", "broken-history"]
    kind: Literal[
        "several-heads", "missing", "duplicate", "cycle", "unreadable", "label", "edited", "removed", "out-of-order"
    ]
    message: str
    place: Place
    revisions: tuple[str, ...] = ()
    instead: str = ""
    """What the author can do about it."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A whole history replayed: the runs in the order in which they would be applied, and the catalog at the heads."""

    history: str
    """The path that names it in reports."""
    runs: tuple[Run, ...]
    heads: tuple[str, ...]
    catalog: Catalog
    at: Mapping[str, Catalog]
    """Revision id → the catalog after it, for all that weren't skipped."""
    judged: frozenset[str]
    """Ids of the revisions that are new since the base, or all."""
    downgrades: tuple[Run, ...] = ()
    """The way back of the judged revisions, in the order of `runs`; each starts from the catalog after its upgrade."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with the history itself, edited revisions that were already merged among it."""
    edited: frozenset[str] = frozenset()
    """Ids of the judged revisions that were there at the base and have changed since."""
    initial: tuple[Step, ...] = ()
    """The statements of `--initial`, which the history takes for granted."""
    taken_as_applied: str | None = None
    """The last revision whose work the initial file has evidently done, where it doesn't say so itself."""
