"""What alembic.ini or pyproject.toml says of a history: where its revision files and its environment are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import dirname, isabs, join, normpath

from schemaguard.errors import HistoryError
from schemaguard.history.sources import Files, is_folder


@dataclass(frozen=True, slots=True)
class Location:
    """Where an Alembic history is: the folders of its revision files and what its env.py needs."""

    versions: tuple[str, ...]
    script: str | None
    ini: str | None = None
    is_recursive: bool = False
    import_paths: tuple[str, ...] = ()


def from_settings(path: str, files: Files) -> Location:
    """The location that an alembic.ini or a pyproject.toml gives.

    Raises HistoryError where it gives none.
    """
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
    return Location(
        versions=versions or (join(script_folder, "versions"),),
        script=script_folder,
        ini=path,
        is_recursive=recursive in ("true", "1", "yes", "on"),
        import_paths=import_paths,
    )


def _ini_settings(path: str, files: Files) -> Mapping[str, object]:
    # Most runs read one kind of settings file or none, and each reader takes a while to import.
    import configparser

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
    import tomllib

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
