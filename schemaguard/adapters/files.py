"""The disk: a tree of text files, and the cache of evaluations."""

import io
import os
import tokenize
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DiskFiles:
    """The files below and beside `root`. Paths inside of it are relative to it, all others absolute.

    What was read once is remembered, so that a run sees one state of every file.
    """

    root: Path
    _texts: dict[str, str | None] = field(default_factory=dict, repr=False)
    _names: dict[str, tuple[str, ...] | None] = field(default_factory=dict, repr=False)

    def path_of(self, given: str | Path) -> str:
        """The path as the core knows it: relative to the root where it is inside, with forward slashes."""
        absolute = Path(os.path.normpath(self.root / given))
        if absolute.is_relative_to(self.root):
            return absolute.relative_to(self.root).as_posix()
        return absolute.as_posix()

    def read(self, path: str) -> str | None:
        """The text of a file, None where there is no such file or it can't be read."""
        if path not in self._texts:
            self._texts[path] = _text(self.root / path)
        return self._texts[path]

    def names(self, folder: str) -> tuple[str, ...] | None:
        """The names in a folder, sorted; None where there is no such folder."""
        if folder not in self._names:
            try:
                self._names[folder] = tuple(sorted(os.listdir(self.root / folder)))  # noqa: PTH208 - names are wanted, no Path each
            except OSError:
                self._names[folder] = None
        return self._names[folder]

    def is_file(self, path: str) -> bool:
        """Whether there is such a file."""
        return (self.root / path).is_file()


def _text(path: Path) -> str | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return decode(content)


def decode(content: bytes) -> str:
    """The text of a source file: UTF-8, else what its coding line says, else Latin-1, which keeps every ASCII name."""
    try:
        return _universal(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        pass
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return _universal(content.decode(encoding))
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return _universal(content.decode("latin-1"))


def _universal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
