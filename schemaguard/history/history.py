"""A history as it was found in a folder: its revisions, their graph, and what is needed to evaluate them."""

from collections.abc import Mapping
from typing import Literal

from schemaguard.errors import HistoryError
from schemaguard.frozen import dataclass, field
from schemaguard.history.graph import Graph
from schemaguard.history.revision import Problem

Transactions = Literal["none", "one", "implicit"]
"""How a tool sends a file: statement by statement, in one transaction, or as one message (then PostgreSQL itself makes
one transaction of several statements, and none of a single one)."""


Tool = Literal[
    "alembic", "flyway", "golang-migrate", "sqitch", "drizzle", "dbmate", "goose", "sql-migrate", "node-pg-migrate",
    "tern", "folders", "plain",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """One direction of a migration written in SQL: its text and where that starts."""

    file: str
    text: str
    first_line: int = 1
    transactions: Transactions = "none"


@dataclass(frozen=True, slots=True)
class Script:
    """A migration written in SQL: the way up, and the way down where there is one."""

    up: Section
    down: Section | None = None


@dataclass(frozen=True, slots=True)
class History:
    """One history; `path` names it in reports. `scripts` holds the SQL of those that aren't Python."""

    path: str
    kind: Literal["alembic", "sql"]
    graph: Graph
    problems: tuple[Problem, ...] = ()
    roots: tuple[str, ...] = ()
    """Folders from which the revisions import, nearest first."""
    env_file: str | None = None
    ini_file: str | None = None
    databases: tuple[str, ...] = ()
    """The databases that its settings name, where env.py migrates several."""
    database: str | None = None
    """The one that it is read for, where its revisions are handed a database's name; None: they aren't."""
    scripts: Mapping[str, Script] = field(default_factory=dict)
    tool: Tool = "alembic"


def require_whole(history: History) -> None:
    """Raise HistoryError with the first problem that leaves no single catalog to speak of.

    A file that can't be read leaves one where the revision that it is has its place: what it does is opaque.
    """
    for problem in history.problems:
        has_place = problem.kind == "unreadable" and bool(problem.revisions)
        if problem.rule == "broken-history" and not has_place:
            raise HistoryError(problem.message, at=str(problem.place), next=problem.instead)
