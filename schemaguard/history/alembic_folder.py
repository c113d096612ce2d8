"""An Alembic history found on disk: from alembic.ini, a script location, or the folder of revision files itself."""

import re
from collections.abc import Iterator, Sequence
from posixpath import basename, dirname, join, normpath

from schemaguard.errors import HistoryError
from schemaguard.frozen import replace
from schemaguard.history import graph
from schemaguard.history.alembic_settings import Location, every_location, from_settings, toml_settings
from schemaguard.history.history import History
from schemaguard.history.identity import ReadIdentity, read_identity
from schemaguard.history.revision import Problem, Revision
from schemaguard.history.sources import Files, is_folder

_REVISION_FILE = re.compile(r"(?!\.#|__init__).*\.py$")
_DECLARES_REVISION = re.compile(r"^(down_)?revision\b", re.MULTILINE)
_LEVELS_TO_ENV = 3
_POSTGRESQL = ("postgresql", "postgres", "pg", "psql")
_OTHER_DATABASES = ("sqlite", "sqlite3", "mysql", "mariadb", "mssql", "oracle", "duckdb", "cockroachdb", "snowflake")
_SKIPPED = ("__pycache__", ".git", "node_modules", ".venv")


def is_alembic(path: str, files: Files) -> bool:
    """Whether the path leads to an Alembic history."""
    if files.is_file(path):
        return path.endswith((".ini", ".cfg")) or (basename(path) == "pyproject.toml")
    names = files.names(path) or ()
    if "alembic.ini" in names or "env.py" in names or _has_toml_settings(path, names, files):
        return True
    if any(_REVISION_FILE.match(name) for name in names):
        return any(_looks_like_revision(join(path, name), files) for name in names if _REVISION_FILE.match(name))
    # Some keep their revisions in a folder a year.
    below = (file for name in names for file in _walk(join(path, name), False, files) if name not in _SKIPPED)
    return any(_looks_like_revision(file, files) for file in below)


def _has_toml_settings(path: str, names: tuple[str, ...], files: Files) -> bool:
    return "pyproject.toml" in names and toml_settings(join(path, "pyproject.toml"), files) is not None


def read_alembic(path: str, files: Files, read: ReadIdentity = read_identity) -> History:
    """The history that an alembic.ini, pyproject.toml, script location or folder of revision files names.

    Nothing is imported. What is wrong with single files is in the problems of the history.
    Raises HistoryError where the path leads to no history at all, or to several.
    """
    return read_location(path, location_of(path, files), files, read)


def settings_file(path: str, files: Files) -> str | None:
    """The settings file that a path is, or that lies in the folder that it is; None where there is none."""
    if files.is_file(path):
        return path if path.endswith((".ini", ".cfg", ".toml")) else None
    names = files.names(path) or ()
    for name in ("alembic.ini", "pyproject.toml"):
        file = normpath(join(path, name))
        if name in names and (name != "pyproject.toml" or toml_settings(file, files) is not None):
            return file
    return None


def name_among(location: Location, others: Sequence[Location]) -> str:
    """What reports call one of several histories of a settings file: its script location, if no other shares that."""
    script = location.script or ""
    shared = sum(other.script == location.script for other in others) > 1
    return normpath(location.versions[0] if shared or not script else script)


def read_location(path: str, location: Location, files: Files, read: ReadIdentity = read_identity) -> History:
    """The history at a location, which reports call by `path`."""
    if not any(True for _ in _revision_files(location, files)):
        # Where no settings say it a program may, as those that have a folder a release or a database do.
        location = replace(location, is_recursive=True)
    revisions, problems = _read(_revision_files(location, files), files, read)
    if location.ini is None and not location.is_recursive:
        further = _read(_files_below(location, files), files, read)
        if _belong_together(revisions, further[0]):
            revisions, problems = [*revisions, *further[0]], [*problems, *further[1]]
    if not revisions and not problems:
        where = ", ".join(location.versions)
        raise HistoryError(f"no revision files in {where}", at=path, next="name the folder that holds them")
    made = graph.build(revisions)
    return History(
        path=path,
        kind="alembic",
        graph=made,
        problems=(*problems, *made.problems),
        roots=_roots(location, files),
        env_file=_env_file(location, files),
        ini_file=location.ini,
        databases=location.databases,
    )


def _read(found: Iterator[str], files: Files, read: ReadIdentity) -> tuple[list[Revision], list[Problem]]:
    revisions: list[Revision] = []
    problems: list[Problem] = []
    for file in found:
        one = read(files.read(file) or "", file)
        if isinstance(one, Problem):
            problems.append(one)
            continue
        revisions.append(one)
        if one.broken is not None:
            problems.append(one.broken)
    return revisions, problems


def _belong_together(above: list[Revision], below: list[Revision]) -> bool:
    """Whether the revisions in subfolders belong to the history above: a revision of one side follows one of the other.

    No setting has to list the subfolders, because `env.py` can pass them to Alembic as version locations. Revisions
    that were only put aside are linked to no revision in use.
    """
    ids, ids_below = {one.id for one in above}, {one.id for one in below}
    if ids & ids_below:
        return False
    follows = any(not ids.isdisjoint(one.down) for one in below)
    return follows or any(not ids_below.isdisjoint(one.down) for one in above)


def _looks_like_revision(file: str, files: Files) -> bool:
    return bool(_DECLARES_REVISION.search(files.read(file) or ""))


def location_of(path: str, files: Files) -> Location:
    """Where the history is that a path leads to.

    Raises HistoryError where its settings give none, or several.
    """
    if files.is_file(path):
        return from_settings(path, files)
    names = files.names(path)
    if names is None:
        raise HistoryError(f"there is no {path}", at=path, next="name an alembic.ini or a folder of migrations")
    settings = settings_file(path, files)
    if settings is not None and "env.py" not in names:
        return from_settings(settings, files)
    if "env.py" in names:
        configured = configured_for(path, files)
        versions = join(path, "versions")
        return configured or Location((versions,), script=path, is_recursive=_has_only_folders(versions, files))
    script = _folder_of_env(path, files)
    configured = configured_for(script, files) if script is not None else None
    return Location(
        (path,),
        script=script,
        is_recursive=_has_only_folders(path, files),
        import_paths=configured.import_paths if configured is not None else (),
        databases=configured.databases if configured is not None else (),
    )


def _has_only_folders(folder: str, files: Files) -> bool:
    """Whether the revisions of a folder stand in folders below it, for nobody said if they are to be looked for."""
    names = files.names(folder) or ()
    return not any(_REVISION_FILE.match(name) for name in names)


def configured_for(script: str, files: Files) -> Location | None:
    """The location that a settings file in or above a script location gives, if it speaks of this one."""
    folder = normpath(script)
    while True:
        for name in ("alembic.ini", "pyproject.toml"):
            file = normpath(join(folder, name))
            location = _given_by(file, script, files) if files.is_file(file) else None
            if location is not None:
                return location
        above = normpath(join(folder, ".."))
        if above == folder or is_above_root(above):
            return None
        folder = above


def _given_by(settings: str, script: str, files: Files) -> Location | None:
    """The location that a settings file gives for a script location; None where it is about others, or unusable."""
    try:
        found = every_location(settings, files)
    except HistoryError:
        return None
    return next((one for one in found if one.script and normpath(one.script) == normpath(script)), None)


def _folder_of_env(versions: str, files: Files) -> str | None:
    folder = versions
    for _ in range(_LEVELS_TO_ENV):
        folder = normpath(join(folder, ".."))
        if files.is_file(join(folder, "env.py")):
            return folder
    return None


def _revision_files(location: Location, files: Files) -> Iterator[str]:
    """The revision files in the order in which Alembic finds them, each once."""
    seen = set()
    for folder in location.versions:
        for file in _walk(folder, location.is_recursive, files):
            if file not in seen:
                seen.add(file)
                yield file


def _files_below(location: Location, files: Files) -> Iterator[str]:
    """The revision files in the folders inside of those that are read."""
    read = set(_revision_files(location, files))
    for folder in location.versions:
        yield from (file for file in _walk(folder, True, files) if file not in read)


def _walk(folder: str, is_recursive: bool, files: Files) -> Iterator[str]:
    names = files.names(folder) or ()
    below = []
    for name in names:
        path = normpath(join(folder, name))
        if files.is_file(path):
            if _REVISION_FILE.match(name):
                yield path
        elif is_recursive and name not in _SKIPPED:
            below.append(path)
    for path in _of_postgresql(below):
        yield from _walk(path, is_recursive, files)


def _of_postgresql(folders: list[str]) -> list[str]:
    """The folders without those for other databases, where the revisions stand in one for each of several."""
    if not any(basename(folder).lower() in _POSTGRESQL for folder in folders):
        return folders
    return [folder for folder in folders if basename(folder).lower() not in _OTHER_DATABASES]


def _env_file(location: Location, files: Files) -> str | None:
    if location.script is None:
        return None
    path = normpath(join(location.script, "env.py"))
    return path if files.is_file(path) else None


def _roots(location: Location, files: Files) -> tuple[str, ...]:
    """The folders that an import in a revision is looked up in: as configured, then where the packages start."""
    starts = [*location.import_paths]
    if location.ini is not None:
        starts.append(dirname(location.ini) or ".")
    for folder in (*location.versions, *((location.script,) if location.script else ())):
        starts.append(_above_packages(folder, files))
        starts.append(folder)
    if location.script is not None:
        starts.append(normpath(join(location.script, "..")))
    starts.append(".")
    starts += [join(start, "src") for start in starts if is_folder(files, join(start, "src"))]
    return tuple(dict.fromkeys(normpath(start) for start in starts))


def _above_packages(folder: str, files: Files) -> str:
    """The folder that holds the outermost package which the folder is in."""
    at = normpath(folder)
    outermost = at
    while True:
        parent = normpath(join(at, ".."))
        if parent == at or is_above_root(parent):
            break
        if files.is_file(join(at, "__init__.py")):
            outermost = parent
        at = parent
    return outermost


def is_above_root(path: str) -> bool:
    """Whether a path leaves the tree of files upwards."""
    return path == ".." or path.startswith("../")
