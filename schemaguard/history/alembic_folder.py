"""An Alembic history found on disk: from alembic.ini, a script location, or the folder of revision files itself."""

import configparser
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname, isabs, join, normpath

from schemaguard.errors import HistoryError
from schemaguard.history import graph
from schemaguard.history.history import History
from schemaguard.history.identity import ReadIdentity, read_identity
from schemaguard.history.revision import Problem, Revision
from schemaguard.history.sources import Files, is_folder

_REVISION_FILE = re.compile(r"(?!\.#|__init__).*\.py$")
_DECLARES_REVISION = re.compile(r"^(down_)?revision\b", re.MULTILINE)
_LEVELS_TO_ENV = 3
_SKIPPED = ("__pycache__", ".git", "node_modules", ".venv")


@dataclass(frozen=True, slots=True)
class _Location:
    """Where an Alembic history is: the folders of its revision files and what its env.py needs."""

    versions: tuple[str, ...]
    script: str | None
    ini: str | None = None
    is_recursive: bool = False
    import_paths: tuple[str, ...] = ()


def is_alembic(path: str, files: Files) -> bool:
    """Whether the path leads to an Alembic history."""
    if files.is_file(path):
        return path.endswith((".ini", ".cfg")) or (basename(path) == "pyproject.toml")
    names = files.names(path) or ()
    if "alembic.ini" in names or "env.py" in names:
        return True
    return any(_looks_like_revision(join(path, name), files) for name in names if _REVISION_FILE.match(name))


def read_alembic(path: str, files: Files, read: ReadIdentity = read_identity) -> History:
    """The history that an alembic.ini, pyproject.toml, script location or folder of revision files names.

    Nothing is imported. What is wrong with single files is in the problems of the history.
    Raises HistoryError where the path leads to no history at all.
    """
    location = _locate(path, files)
    revisions: list[Revision] = []
    problems: list[Problem] = []
    for file in _revision_files(location, files):
        found = read(files.read(file) or "", file)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        revisions.append(found)
        if found.broken is not None:
            problems.append(found.broken)
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
    )


def _looks_like_revision(file: str, files: Files) -> bool:
    return bool(_DECLARES_REVISION.search(files.read(file) or ""))


def _locate(path: str, files: Files) -> _Location:
    if files.is_file(path):
        return _from_settings(path, files)
    names = files.names(path)
    if names is None:
        raise HistoryError(f"there is no {path}", at=path, next="name an alembic.ini or a folder of migrations")
    if "alembic.ini" in names and "env.py" not in names:
        return _from_settings(join(path, "alembic.ini"), files)
    if "env.py" in names:
        configured = _configured_for(path, files)
        versions = join(path, "versions")
        return configured or _Location((versions,), script=path, is_recursive=_has_only_folders(versions, files))
    return _Location((path,), script=_folder_of_env(path, files), is_recursive=_has_only_folders(path, files))


def _has_only_folders(folder: str, files: Files) -> bool:
    """Whether the revisions of a folder stand in folders below it, for nobody said if they are to be looked for."""
    names = files.names(folder) or ()
    return not any(_REVISION_FILE.match(name) for name in names)


def _configured_for(script: str, files: Files) -> _Location | None:
    """The location that an alembic.ini in or above the script location gives, if it speaks of this one."""
    folder = script
    for _ in range(_LEVELS_TO_ENV):
        ini = join(folder, "alembic.ini")
        if files.is_file(ini):
            location = _from_settings(ini, files)
            if location.script is not None and normpath(location.script) == normpath(script):
                return location
        folder = normpath(join(folder, ".."))
        if is_above_root(folder):
            break
    return None


def _folder_of_env(versions: str, files: Files) -> str | None:
    folder = versions
    for _ in range(_LEVELS_TO_ENV):
        folder = normpath(join(folder, ".."))
        if files.is_file(join(folder, "env.py")):
            return folder
    return None


# Settings files


def _from_settings(path: str, files: Files) -> _Location:
    here = dirname(path) or "."
    settings = _toml_settings(path, files) if path.endswith(".toml") else _ini_settings(path, files)
    script = settings.get("script_location")
    if not isinstance(script, str) or not script:
        raise HistoryError("no script_location", at=path, next="name the folder of revisions instead")
    script_folder = _resource(script, here, _listed(settings, "prepend_sys_path", r", *| +|:"), files)
    import_paths = tuple(_inside(here, entry) for entry in _listed(settings, "prepend_sys_path", r", *| +|:"))
    versions = tuple(
        _resource(entry, here, import_paths, files) for entry in _listed(settings, "version_locations", r", *| +")
    )
    recursive = str(settings.get("recursive_version_locations", "")).strip().lower()
    return _Location(
        versions=versions or (join(script_folder, "versions"),),
        script=script_folder,
        ini=path,
        is_recursive=recursive in ("true", "1", "yes", "on"),
        import_paths=import_paths,
    )


def _ini_settings(path: str, files: Files) -> Mapping[str, object]:
    parser = configparser.ConfigParser({"here": "%(here)s"}, interpolation=None, strict=False)
    try:
        parser.read_string(files.read(path) or "", source=path)
    except configparser.Error as error:
        raise HistoryError(f"can't be read as an ini file: {error}", at=path, next="mend the file") from error
    sections = [name for name in parser.sections() if parser.has_option(name, "script_location")]
    if "alembic" in sections:
        return dict(parser["alembic"])
    if len(sections) == 1:
        return dict(parser[sections[0]])
    if not sections:
        raise HistoryError("no [alembic] section with a script_location", at=path, next="name the folder of revisions")
    raise HistoryError(
        f"several histories and no [alembic] section: {', '.join(sections)}", at=path, next="name one's folder instead"
    )


def _toml_settings(path: str, files: Files) -> Mapping[str, object]:
    try:
        document = tomllib.loads(files.read(path) or "")
    except tomllib.TOMLDecodeError as error:
        raise HistoryError(f"not valid TOML: {error}", at=path, next="mend the file") from error
    settings = document.get("tool", {}).get("alembic")
    if not isinstance(settings, dict):
        raise HistoryError("no [tool.alembic] section", at=path, next="name the folder of revisions instead")
    return settings


def _listed(settings: Mapping[str, object], key: str, legacy: str) -> tuple[str, ...]:
    """The entries of a list of paths, split as Alembic splits them."""
    value = settings.get(key)
    if isinstance(value, list):
        return tuple(entry for entry in value if isinstance(entry, str))
    if not isinstance(value, str) or not value.strip():
        return ()
    chosen = settings.get("path_separator")
    if chosen is None and key == "version_locations":
        chosen = settings.get("version_path_separator")
    separators = {"space": " ", "newline": "\n", "os": ":", ":": ":", ";": ";"}
    parts = re.split(legacy, value) if chosen is None else value.split(separators.get(str(chosen).strip(), ":"))
    return tuple(part.strip() for part in parts if part.strip())


def _resource(entry: str, here: str, import_paths: tuple[str, ...], files: Files) -> str:
    """The folder that an entry names: a path from the settings file's folder, or `package:folder`."""
    package, colon, inner = entry.partition(":")
    if not colon or isabs(entry):
        beside = _inside(here, entry)
        # Alembic itself takes a plain path from the working directory; most run it beside the settings file.
        return normpath(entry) if not is_folder(files, beside) and is_folder(files, entry) else beside
    inside = join(package.replace(".", "/"), inner.replace(":", "/"))
    for base in (*import_paths, here, join(here, "src")):
        if is_folder(files, join(base, inside)):
            return normpath(join(base, inside))
    raise HistoryError(
        f"{entry!r} names a package that isn't in this project", at=here, next="name the folder of revisions instead"
    )


def _inside(here: str, entry: str) -> str:
    return normpath(join(here, entry.replace("%(here)s", ".").replace("%%", "%")))


# Files


def _revision_files(location: _Location, files: Files) -> Iterator[str]:
    """The revision files in the order in which Alembic finds them, each once."""
    seen = set()
    for folder in location.versions:
        for file in _walk(folder, location.is_recursive, files):
            if file not in seen:
                seen.add(file)
                yield file


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
    for path in below:
        yield from _walk(path, is_recursive, files)


def _env_file(location: _Location, files: Files) -> str | None:
    if location.script is None:
        return None
    path = normpath(join(location.script, "env.py"))
    return path if files.is_file(path) else None


def _roots(location: _Location, files: Files) -> tuple[str, ...]:
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
