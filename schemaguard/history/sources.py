"""What the core asks of a file tree; `schemaguard.adapters.files` answers it from the disk, tests from a dict."""

from collections.abc import Mapping
from posixpath import normpath
from typing import Protocol

from schemaguard.frozen import dataclass, field


class Files(Protocol):
    """A tree of text files. Paths have forward slashes and are relative to the tree's root, or absolute."""

    def read(self, path: str) -> str | None:
        """The text of a file, None where there is no such file."""
        ...

    def names(self, folder: str) -> tuple[str, ...] | None:
        """The names in a folder, sorted; None where there is no such folder."""
        ...

    def is_file(self, path: str) -> bool:
        """Whether there is such a file."""
        ...


@dataclass(frozen=True, slots=True)
class MemoryFiles:
    """A file tree that is only a mapping from path to text."""

    texts: Mapping[str, str] = field(default_factory=dict)

    def read(self, path: str) -> str | None:
        """The text of a file, None where there is no such file."""
        return self.texts.get(normpath(path))

    def names(self, folder: str) -> tuple[str, ...] | None:
        """The names in a folder, sorted; None where there is no such folder."""
        prefix = "" if normpath(folder) == "." else normpath(folder) + "/"
        inside = {path[len(prefix) :].partition("/")[0] for path in self.texts if path.startswith(prefix)}
        return tuple(sorted(inside)) if inside else None

    def is_file(self, path: str) -> bool:
        """Whether there is such a file."""
        return normpath(path) in self.texts


def is_folder(files: Files, path: str) -> bool:
    """Whether there is such a folder."""
    return not files.is_file(path) and files.names(path) is not None
