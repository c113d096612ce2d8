"""Where a repository's migrations are: Alembic in every layout, and folders of SQL as the known tools lay them out."""

import re
from collections.abc import Iterator, Sequence
from posixpath import basename

from schemaguard.adoption.folders import folders
from schemaguard.errors import HistoryError, UsageError
from schemaguard.frozen import dataclass
from schemaguard.history.databases import MARK
from schemaguard.history.discovery import discover_all
from schemaguard.history.history import History
from schemaguard.history.sources import Files
from schemaguard.history.sql_folder import is_sql, read_sql

_USUAL_NAMES = re.compile(r"migrat|^migrate$|^versions$|^deploy$|^drizzle$|^schema_changes$", re.IGNORECASE)
_WITH_FOLDERS = ("folders", "sqitch", "drizzle")
"""Tools that keep each migration, or all of them, one folder further down."""
_NUMBERED = re.compile(r"^[VRU]?\d")


@dataclass(frozen=True, slots=True)
class FoundHistory:
    """A history that a repository has."""

    path: str
    tool: str
    revisions: int

    @property
    def in_words(self) -> str:
        """What it is, for a reader: `Alembic, 12 revisions`."""
        tool = {"alembic": "Alembic", "plain": "SQL files", "folders": "SQL, a folder a migration"}.get(self.tool)
        return f"{tool or self.tool}, {self.revisions} {'revision' if self.revisions == 1 else 'revisions'}"


def find_migrations(files: Files) -> tuple[FoundHistory, ...]:
    """Every history of the repository; none where none is found."""
    try:
        found = _as_found(discover_all((), (), files).histories)
    except (HistoryError, UsageError):
        found = ()
    if any(one.tool == "alembic" for one in found):
        return found
    return tuple(_sql_histories(files)) or found


def at_path(path: str, files: Files) -> tuple[FoundHistory, ...]:
    """The histories at a path that somebody named. Raises HistoryError where there is none."""
    return _as_found(discover_all((path,), (), files).histories)


def _as_found(histories: Sequence[History]) -> tuple[FoundHistory, ...]:
    found: dict[str, FoundHistory] = {}
    for history in histories:
        path = history.path.partition(MARK)[0]
        found.setdefault(path, FoundHistory(path, history.tool, len(history.graph.revisions)))
    return tuple(found.values())


def _sql_histories(files: Files) -> Iterator[FoundHistory]:
    """Folders of SQL migrations, each once: what lies below one that is found belongs to it."""
    taken: list[str] = []
    for folder, _ in folders(files):
        if folder == "." or any(folder.startswith(f"{above}/") for above in taken) or not is_sql(folder, files):
            continue
        try:
            history = read_sql(folder, files)
        except HistoryError:
            continue
        if _is_migrations(folder, history):
            taken.append(folder)
            yield FoundHistory(folder, history.tool, len(history.graph.revisions))


def _is_migrations(folder: str, history: History) -> bool:
    """Whether a folder is laid out for a tool, or is named or numbered as migrations are."""
    files = [script.up.file for script in history.scripts.values()]
    depth = min(file.removeprefix(f"{folder}/").count("/") for file in files)
    has_usual_name = bool(_USUAL_NAMES.search(basename(folder)))
    if depth > (1 if history.tool in _WITH_FOLDERS or has_usual_name else 0):
        return False
    return history.tool != "plain" or has_usual_name or all(_NUMBERED.match(basename(file)) for file in files)
