"""The folders of a repository that may hold something of its own, and the files in them."""

from collections.abc import Iterator
from posixpath import join, normpath

from schemaguard.history.sources import Files

_NEVER = frozenset({
    "node_modules", "site-packages", "__pycache__", "venv", "virtualenv", "build", "dist", "vendor", "target", "mlruns",
    "mlartifacts", "test", "tests", "testing", "e2e", "example", "examples", "sample", "samples", "docs", "doc",
    "fixtures", "template", "templates", "benchmarks",
})  # fmt: skip
"""What was installed or built, and what tests and documentation keep: none of it is migrated or trained on."""
_MOST_LEVELS = 7
_MOST_FOLDERS = 5_000


def folders(files: Files, root: str = ".") -> Iterator[tuple[str, tuple[str, ...]]]:
    """(folder, names in it), upper folders first; hidden folders and those that are never meant are left out."""
    level, seen = [normpath(root)], 0
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
            inside = (normpath(join(folder, name)) for name in names if name[0] != "." and name.lower() not in _NEVER)
            below.extend(path for path in inside if not files.is_file(path))
        level = below


def files_ending(files: Files, ending: str) -> Iterator[str]:
    """The files with that ending, upper folders first."""
    for folder, names in folders(files):
        for name in names:
            path = normpath(join(folder, name))
            if name.endswith(ending) and files.is_file(path):
                yield path
