"""Finds out what kind of history a path leads to, and which histories a project has."""

from collections.abc import Iterator, Sequence
from posixpath import normpath

from schemaguard.errors import HistoryError, UsageError
from schemaguard.frozen import dataclass
from schemaguard.history.alembic_folder import is_alembic, name_among, read_alembic, read_location, settings_file
from schemaguard.history.alembic_settings import every_location
from schemaguard.history.databases import MARK, each_database, of_database
from schemaguard.history.history import History
from schemaguard.history.identity import ReadIdentity, read_identity
from schemaguard.history.search import Search, search
from schemaguard.history.sources import Files, is_folder
from schemaguard.history.sql_folder import is_sql, read_sql

_USUAL = ("migrations", "alembic", "db/migrations")
_LAST = "sql"
"""A folder that many have for other SQL too: it counts where there is nothing else."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """The histories of a project, and what is to be said about how they were found."""

    histories: tuple[History, ...]
    remarks: tuple[str, ...] = ()


def discover(path: str, files: Files, read: ReadIdentity = read_identity) -> History:
    """The one history that a path leads to. Raises HistoryError where there is none, or several."""
    found = at_path(path, files, read)
    if len(found) > 1:
        named = ", ".join(history.path for history in found)
        raise HistoryError(f"there are several histories: {named}", at=path, next="name the PATH of one")
    return found[0]


def discover_all(
    given: Sequence[str], configured: Sequence[str], files: Files, read: ReadIdentity = read_identity
) -> Discovery:
    """The histories at the given paths, else at the configured ones, else all that the project has.

    Raises HistoryError where a path leads to none, UsageError where nothing says where the migrations are.
    """
    paths = tuple(given or configured)
    if not paths:
        return _everywhere(files, read)
    found = [history for path in paths for history in at_path(path, files, read)]
    names = list(dict.fromkeys(history.path.partition(MARK)[0] for history in found))
    several = (_several(names),) if len(names) > len(paths) else ()
    return Discovery(tuple(found), (*several, *_on_databases(found)))


def at_path(path: str, files: Files, read: ReadIdentity = read_identity) -> tuple[History, ...]:
    """The histories that a path leads to: an alembic.ini or a folder may have several, and so may several databases.

    `path#database` is that of one database. Raises HistoryError where there is none.
    """
    bare, mark, database = path.rpartition(MARK)
    if mark and not files.is_file(path) and files.names(path) is None:
        return (of_database(at_path(bare, files, read), bare, database),)
    if not files.is_file(path) and files.names(path) is None:
        raise HistoryError(f"there is no {path}", at=path, next="name an alembic.ini, a folder of migrations or a .sql")
    return tuple(one for history in _at(path, files, read) for one in each_database(history, files))


def _at(path: str, files: Files, read: ReadIdentity) -> Iterator[History]:
    settings = settings_file(path, files)
    if settings is not None and "env.py" not in (files.names(path) or ()):
        locations = every_location(settings, files)
        for one in locations:
            name = path if len(locations) == 1 else name_among(one, locations)
            yield read_location(name, one, files, read)
    elif normpath(path) != "." and is_alembic(path, files):
        yield read_alembic(path, files, read)
    elif files.names(below := f"{path.rstrip('/')}/versions") is not None and is_alembic(below, files):
        yield read_alembic(below, files, read)
    elif is_folder(files, path) and (found := search(path, files)).places:
        yield from (read_location(one.path, one.location, files, read) for one in found.places)
    elif is_sql(path, files):
        yield read_sql(path, files)
    elif is_alembic(path, files):
        yield read_alembic(path, files, read)
    else:
        raise HistoryError(
            "neither Alembic revisions nor SQL migrations are here",
            at=path,
            next="name an alembic.ini, a script location, a folder of revision files or of SQL files, or a .sql file",
        )


def _everywhere(files: Files, read: ReadIdentity) -> Discovery:
    """All histories of the project around the working directory, each once."""
    found = search(".", files)
    histories: list[History] = []
    unusable = [(one.path, one.error) for one in found.unusable]
    for place in found.places:
        try:
            history = read_location(place.path, place.location, files, read)
        except HistoryError as error:
            unusable.append((place.path, error))
        else:
            histories.extend(each_database(history, files))
    scripts = [normpath(place.location.script or place.path) for place in found.places]
    scripts += [path for path, _ in found.aside]
    # Settings at the root say where its migrations are; without them the usual folders do.
    is_said = any(place.location.ini in ("alembic.ini", "pyproject.toml") for place in found.places)
    usual = None if is_said else next((path for path in _USUAL if _is_another(path, scripts, files)), None)
    if usual is None and not histories and is_sql(_LAST, files):
        usual = _LAST
    if usual is not None:
        histories = [*at_path(usual, files, read), *histories]
    if not histories:
        raise _nothing(unusable)
    return Discovery(tuple(histories), (*_on_several(histories, found, unusable), *_on_databases(histories)))


def _is_another(path: str, scripts: Sequence[str], files: Files) -> bool:
    """Whether a usual folder holds a history that the search for settings and scripts has not come across."""
    if any(script == path or script.startswith(f"{path}/") for script in scripts):
        return False
    return files.names(path) is not None and (is_alembic(path, files) or is_sql(path, files))


def _nothing(unusable: Sequence[tuple[str, HistoryError]]) -> HistoryError | UsageError:
    if unusable:
        return unusable[0][1]
    return UsageError(
        "no migrations are named",
        next='name a PATH, or set migrations = "…" under [tool.schemaguard] in pyproject.toml',
    )


def _on_several(
    histories: Sequence[History], found: Search, unusable: Sequence[tuple[str, HistoryError]]
) -> Iterator[str]:
    paths = list(dict.fromkeys(history.path.partition(MARK)[0] for history in histories))
    if len(paths) > 1:
        yield _several(paths)
    for path, why in (*found.aside, *((path, error.what) for path, error in unusable)):
        yield f"not judged: {path}: {why}"


def _several(paths: Sequence[str]) -> str:
    listed = ", ".join(f'"{path}"' for path in paths)
    return f"{len(paths)} histories are here, and each is judged; to choose, set migrations = [{listed}]"


def _on_databases(histories: Sequence[History]) -> tuple[str, ...]:
    """A remark for each history that is judged once for each of several databases."""
    databases: dict[str, list[str]] = {}
    for history in histories:
        if history.database is not None:
            databases.setdefault(history.path.partition(MARK)[0], []).append(history.database or "(unnamed)")
    return tuple(
        f"{path} migrates {len(names)} databases, and each is judged with a catalog of its own: {', '.join(names)}"
        for path, names in databases.items()
    )
