"""Finds out what kind of history a path leads to, and which paths a project has."""

from collections.abc import Sequence

from schemaguard.errors import HistoryError, UsageError
from schemaguard.history.alembic_folder import is_alembic, read_alembic
from schemaguard.history.history import History
from schemaguard.history.identity import ReadIdentity, read_identity
from schemaguard.history.sources import Files
from schemaguard.history.sql_folder import is_sql, read_sql

_USUAL = ("alembic.ini", "migrations", "alembic", "db/migrations", "sql")


def discover(path: str, files: Files, read: ReadIdentity = read_identity) -> History:
    """The history that a path leads to: an alembic.ini, a script location, a folder of revisions or of SQL, a file.

    Raises HistoryError where there is none.
    """
    if not files.is_file(path) and files.names(path) is None:
        raise HistoryError(f"there is no {path}", at=path, next="name an alembic.ini, a folder of migrations or a .sql")
    if is_alembic(path, files):
        return read_alembic(path, files, read)
    if is_sql(path, files):
        return read_sql(path, files)
    below = f"{path.rstrip('/')}/versions"
    if files.names(below) is not None and is_alembic(below, files):
        return read_alembic(below, files, read)
    raise HistoryError(
        "neither Alembic revisions nor SQL migrations are here",
        at=path,
        next="name an alembic.ini, a script location, a folder of revision files or of SQL files, or a .sql file",
    )


def paths_to_read(given: Sequence[str], configured: Sequence[str], files: Files) -> tuple[str, ...]:
    """The paths of the histories that are meant: the given ones, else the configured ones, else the usual place.

    Raises UsageError where nothing says where the migrations are.
    """
    if given or configured:
        return tuple(given or configured)
    for path in _USUAL:
        if files.is_file(path) or is_alembic(path, files) or is_sql(path, files):
            return (path,)
    raise UsageError(
        "no migrations are named",
        next='name a PATH, or set migrations = "…" under [tool.schemaguard] in pyproject.toml',
    )
