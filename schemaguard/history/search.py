"""Looks through a project for the Alembic histories in it, where nobody has said where they are."""

from collections.abc import Iterator, Sequence
from posixpath import join, normpath

from schemaguard.errors import HistoryError
from schemaguard.frozen import dataclass
from schemaguard.history.alembic_folder import location_of, name_among, settings_file
from schemaguard.history.alembic_settings import Location, every_location
from schemaguard.history.sources import Files, is_folder

_MOST_LEVELS = 9
_MOST_FOLDERS = 20_000
_NEVER = frozenset({"node_modules", "site-packages", "__pycache__", "venv", "virtualenv", "build", "dist", "vendor"})
"""Folders of what was installed or built: nothing in them is the project's own."""
_ASIDE = frozenset(
    {"test", "tests", "testing", "e2e", "example", "examples", "sample", "samples", "docs", "doc", "fixtures",
     "template", "templates", "benchmarks"}
)  # fmt: skip
"""Folders whose histories are only meant where the project has no other."""
_OF_TESTS = "it belongs to tests, examples or templates"


@dataclass(frozen=True, slots=True)
class HistoryPlace:
    """A history that was come across: what reports call it, and where it is."""

    path: str
    location: Location


@dataclass(frozen=True, slots=True)
class Unusable:
    """Something that looks like a history and leads to none, with the reason."""

    path: str
    error: HistoryError


@dataclass(frozen=True, slots=True)
class Search:
    """What was come across below a folder, in the order of paths, upper folders first."""

    places: tuple[HistoryPlace, ...]
    aside: tuple[tuple[str, str], ...]
    """(path, why it isn't meant) of histories that are left aside where the project has others."""
    unusable: tuple[Unusable, ...]


def search(root: str, files: Files) -> Search:
    """All Alembic histories below a folder: those that settings name, then scripts that no settings speak of."""
    settings, scripts = _candidates(root, files)
    places: list[HistoryPlace] = []
    unusable: list[Unusable] = []
    seen: set[str] = set()
    known: set[tuple[str, ...]] = set()

    def add(path: str, location: Location) -> None:
        script = normpath(location.script or path)
        if script not in seen or location.versions not in known:
            seen.add(script)
            known.add(location.versions)
            places.append(HistoryPlace(path, location))

    for file in settings:
        try:
            found = every_location(file, files)
        except HistoryError as error:
            unusable.append(Unusable(file, error))
            continue
        there = [one for one in found if one.script is not None and is_folder(files, one.script)]
        if not there:
            unusable.append(Unusable(file, _leads_nowhere(file, found[0])))
        for location in there:
            add(_name(file, location, there), location)
    aside = []
    beside = {normpath(join(file, "..")): file for file in settings if file not in {one.path for one in unusable}}
    for script in scripts:
        above = normpath(join(script, ".."))
        if script not in seen and above in beside:
            aside.append((script, f"{beside[above]} names another script location"))
        elif script not in seen:
            add(script, location_of(script, files))
    meant = [place for place in places if not _is_aside(place.path, root)]
    if not meant:
        return Search(tuple(places), tuple(aside), tuple(unusable))
    judged = {normpath(place.location.script or place.path) for place in places}
    unusable = [one for one in unusable if normpath(join(one.path, "..")) not in judged]
    aside += [(place.path, _OF_TESTS) for place in places if place not in meant]
    return Search(tuple(meant), tuple(aside), tuple(one for one in unusable if not _is_aside(one.path, root)))


def _leads_nowhere(settings: str, location: Location) -> HistoryError:
    return HistoryError(
        f"its script location {location.script} isn't there", at=settings, next="name the folder of revisions instead"
    )


def _name(settings: str, location: Location, all_there: Sequence[Location]) -> str:
    """The settings file, or the script location where that says more: it lies in there, or speaks of several."""
    script = normpath(location.script or settings)
    if len(all_there) == 1:
        return settings if script != normpath(join(settings, "..")) else script
    return name_among(location, all_there)


def _is_aside(path: str, root: str) -> bool:
    below = path.removeprefix(normpath(root) + "/") if normpath(root) != "." else path
    return any(part.lower() in _ASIDE or "{{" in part for part in below.split("/")[:-1]) or "{{" in path


def _candidates(root: str, files: Files) -> tuple[list[str], list[str]]:
    """The settings files and the script locations below a folder."""
    settings: list[str] = []
    scripts: list[str] = []
    for folder, names in _folders(normpath(root), files):
        file = settings_file(folder, files)
        if file is not None:
            settings.append(file)
        if "env.py" in names and _is_script(folder, names, files):
            scripts.append(folder)
    return settings, scripts


def _is_script(folder: str, names: tuple[str, ...], files: Files) -> bool:
    """Whether the env.py in a folder is Alembic's."""
    if "script.py.mako" not in names and "versions" not in names:
        return False
    return "alembic" in (files.read(normpath(join(folder, "env.py"))) or "")


def _folders(root: str, files: Files) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The folders of the project and the names in each, level by level."""
    level = [root]
    seen = 0
    for _ in range(_MOST_LEVELS):
        below: list[str] = []
        for folder in level:
            names = files.names(folder)
            seen += 1
            if names is None or "pyvenv.cfg" in names:
                continue
            if seen > _MOST_FOLDERS:
                return
            yield folder, names
            if "env.py" in names and "versions" in names and _is_script(folder, names, files):
                continue  # A script location: revisions are below it, and they may be many.
            inside = (normpath(join(folder, name)) for name in names if name not in _NEVER and name[0] != ".")
            below.extend(path for path in inside if is_folder(files, path))
        level = below
