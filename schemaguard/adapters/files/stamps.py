"""Which state of our own code, and of what is installed beside it, is running. Nothing heavy is imported for it."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A Path for each of 500 files costs too much.
_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120


def cache_path(environ: "Mapping[str, str]") -> str:
    """Where evaluations are remembered: never in the project, for a pull request could bring its own answers along."""
    if chosen := environ.get("SCHEMAGUARD_CACHE_DIR"):
        return chosen
    base = environ.get("XDG_CACHE_HOME") or f"{environ.get('HOME') or os.path.expanduser('~')}/.cache"  # noqa: PTH111
    return f"{base}/schemaguard"


def code_of(*rooms: str) -> tuple[str, ...]:
    """Which state of our own code stands in the rooms of the package: every file with its time and size."""
    return tuple(one for room in rooms for one in _stamps(f"{_PACKAGE}/{room}"))


def all_code() -> "Iterator[str]":
    """Which state of all of our own code, of Python and of every folder that something can be installed in is here."""
    yield sys.version
    for folder in sys.path:
        # Whatever is installed, removed or brought up to date changes the names in such a folder.
        if folder and folder != os.getcwd() and os.path.exists(folder):  # noqa: PTH109, PTH110 - see _PACKAGE
            yield f"{folder} {os.stat(folder).st_mtime_ns}"  # noqa: PTH116 - see _PACKAGE
    yield from _stamps(_PACKAGE)


def stamp(path: str) -> str:
    """A file with its time and size."""
    status = os.stat(path)  # noqa: PTH116 - see _PACKAGE
    return f"{path} {status.st_mtime_ns} {status.st_size}"


def _stamps(folder: str) -> list[str]:
    found: list[str] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.name.endswith((".py", ".json", ".sql")):
                found.append(stamp(entry.path))
            elif entry.is_dir() and entry.name != "__pycache__":
                found += _stamps(entry.path)
    return found
