"""What alembic.ini or pyproject.toml says of a history: where its revision files and its environment are."""

import re
from collections.abc import Mapping
from posixpath import dirname, isabs, join, normpath
from typing import TYPE_CHECKING

from schemaguard.errors import HistoryError
from schemaguard.frozen import dataclass
from schemaguard.history.sources import Files, is_folder

if TYPE_CHECKING:
    from configparser import ConfigParser

_TOKEN = re.compile(r"%(?:%|\((?P<name>\w+)\)s)")
_MOST_SUBSTITUTIONS = 10
_SEPARATORS = {"space": " ", "newline": "\n", "os": ":", ":": ":", ";": ";"}


@dataclass(frozen=True, slots=True)
class Location:
    """Where an Alembic history is: the folders of its revision files and what its env.py needs."""

    versions: tuple[str, ...]
    script: str | None
    ini: str | None = None
    is_recursive: bool = False
    import_paths: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    """The databases that its `databases` option names, for an env.py that migrates several."""


def from_settings(path: str, files: Files) -> Location:
    """The one location that an alembic.ini or a pyproject.toml gives.

    Raises HistoryError where it gives none, or several.
    """
    found = every_location(path, files)
    if len(found) > 1:
        named = ", ".join(location.script or "" for location in found)
        raise HistoryError(f"several histories: {named}", at=path, next="name one's folder instead")
    return found[0]


def every_location(path: str, files: Files) -> tuple[Location, ...]:
    """The locations that the sections of a settings file give, one where several sections share it.

    Raises HistoryError where there is none.
    """
    if path.endswith(".toml"):
        settings = toml_settings(path, files)
        if settings is None:
            raise HistoryError("no [tool.alembic] section", at=path, next="name the folder of revisions instead")
        return (_location(settings, path, files),)
    found: dict[tuple[str | None, tuple[str, ...]], Location] = {}
    for settings in _sections(path, files):
        location = _location(settings, path, files)
        found.setdefault((location.script, location.versions), location)
    there = tuple(one for one in found.values() if one.script is not None and is_folder(files, one.script))
    return there or tuple(found.values())


def _location(settings: Mapping[str, object], path: str, files: Files) -> Location:
    here = dirname(path) or "."
    script = settings.get("script_location")
    if not isinstance(script, str) or not script.strip():
        raise HistoryError("no script_location", at=path, next="name the folder of revisions instead")
    import_paths = tuple(_inside(here, entry) for entry in _listed(settings, "prepend_sys_path", r", *| +|:"))
    if "%(" in script.replace("%(here)s", "") and files.is_file(normpath(join(here, "env.py"))):
        script = "%(here)s"  # Whoever calls Alembic names the folder; the file that lies in one is about that one.
    script_folder = _resource(script.strip(), here, import_paths, files)
    versions = tuple(
        _resource(entry, here, import_paths, files) for entry in _listed(settings, "version_locations", r", *| +")
    )
    databases = settings.get("databases")
    return Location(
        versions=versions or (join(script_folder, "versions"),),
        script=script_folder,
        ini=path,
        is_recursive=_is_on(settings.get("recursive_version_locations")),
        import_paths=import_paths,
        databases=tuple(re.split(r"\s*,\s*", databases.strip())) if isinstance(databases, str) else (),
    )


def _is_on(value: object) -> bool:
    return str(value if value is not None else "").strip().lower() in ("true", "1", "yes", "on")


def _sections(path: str, files: Files) -> tuple[Mapping[str, object], ...]:
    """What each section of an ini file says that is a history, completed as Alembic completes it.

    Flask-Migrate's file names no script_location: its folder is the one. A file that `alembic init -t pyproject` wrote
    leaves it to the pyproject.toml beside it.
    """
    import configparser

    parser = configparser.ConfigParser({"here": "%(here)s"}, interpolation=None, strict=False)
    try:
        parser.read_string(files.read(path) or "", source=path)
    except configparser.Error as error:
        raise HistoryError(f"can't be read as an ini file: {error}", at=path, next="correct the file") from error
    shared = parser.defaults().get("script_location")
    own = [name for name in parser.sections() if _is_about_its_own(parser, name)]
    if shared is not None and "alembic" in parser and "alembic" not in own:
        own.insert(0, "alembic")
    if own:
        return tuple(_substituted(parser[name]) for name in own)
    settings = dict(parser["alembic"]) if "alembic" in parser else dict(parser.defaults())
    beside = dirname(path) or "."
    toml = toml_settings(join(beside, "pyproject.toml") if beside != "." else "pyproject.toml", files)
    if shared is not None:
        return (_substituted(settings),)
    if toml is not None:
        return (_substituted({**toml, **settings}),)
    if files.is_file(normpath(join(beside, "env.py"))):
        return ({**_substituted(settings), "script_location": "%(here)s"},)
    raise HistoryError("no [alembic] section with a script_location", at=path, next="name the folder of revisions")


def _is_about_its_own(parser: "ConfigParser", section: str) -> bool:
    """Whether a section says itself where a history is, or its revisions are, and doesn't only inherit it."""
    defaults = parser.defaults()
    said = {key: parser.get(section, key, fallback=None) for key in ("script_location", "version_locations")}
    return said["script_location"] is not None and any(value != defaults.get(key) for key, value in said.items())


def main_options(path: str, files: Files) -> Mapping[str, str]:
    """What the [alembic] section of an ini file says, for code that asks for its options; nothing of other files."""
    if not path.endswith((".ini", ".cfg")):
        return {}
    import configparser

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(files.read(path) or "", source=path)
    except configparser.Error:
        return {}
    return dict(parser["alembic"]) if "alembic" in parser else {}


def _substituted(settings: Mapping[str, object]) -> Mapping[str, object]:
    """The settings with `%(name)s` replaced by what the section says, as configparser does; `here` stays for later."""

    def inner(value: object, depth: int) -> object:
        if isinstance(value, list):
            return [inner(one, depth) for one in value]
        if not isinstance(value, str) or depth == 0:
            return value

        def replaced(token: re.Match[str]) -> str:
            name = token["name"]
            held = settings.get(name.lower()) if name is not None and name != "here" else None
            return str(inner(held, depth - 1)) if isinstance(held, str) else token[0]

        return _TOKEN.sub(replaced, value)

    return {name: inner(value, _MOST_SUBSTITUTIONS) for name, value in settings.items() if name != "here"}


def toml_settings(path: str, files: Files) -> Mapping[str, object] | None:
    """What `[tool.alembic]` of a pyproject.toml says, None where it says nothing or isn't there.

    Raises HistoryError where the file is not valid TOML.
    """
    text = files.read(path)
    if text is None:
        return None
    import tomllib

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise HistoryError(f"not valid TOML: {error}", at=path, next="correct the file") from error
    tool = document.get("tool")
    settings = tool.get("alembic") if isinstance(tool, dict) else None
    return settings if isinstance(settings, dict) else None


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
    parts = re.split(legacy, value) if chosen is None else value.split(_SEPARATORS.get(str(chosen).strip(), ":"))
    return tuple(part.strip() for part in parts if part.strip())


def _resource(entry: str, here: str, import_paths: tuple[str, ...], files: Files) -> str:
    """The folder that an entry names: a path from the settings file's folder, or `package:folder`."""
    package, colon, inner = entry.partition(":")
    if not colon or isabs(entry):
        beside = _inside(here, entry)
        # Alembic itself takes a plain path from the working directory; most run it beside the settings file.
        return normpath(entry) if not is_folder(files, beside) and is_folder(files, entry) else beside
    inside = join(package.replace(".", "/"), inner.replace(":", "/"))
    for base in (*import_paths, here, join(here, "src"), *_above(here)):
        if is_folder(files, join(base, inside)):
            return normpath(join(base, inside))
    raise HistoryError(
        f"{entry!r} names a package that isn't in this project", at=here, next="name the folder of revisions instead"
    )


def _above(folder: str) -> tuple[str, ...]:
    """The folders above one, up to the root: a settings file inside of its own package is above none of it."""
    found = []
    at = normpath(folder)
    while at not in ("", ".", "/") and not at.startswith(".."):
        at = dirname(at) or "."
        found.append(at)
    return tuple(found)


def _inside(here: str, entry: str) -> str:
    return normpath(join(here, entry.replace("%(here)s", ".").replace("%%", "%")))
