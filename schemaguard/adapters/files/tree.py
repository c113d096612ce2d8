"""The disk: a tree of text files."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from schemaguard.adapters.files.watching import decode, of_folders, of_probes, of_texts, read_kinds, read_text
from schemaguard.frozen import dataclass, field
from schemaguard.sealing import digest

__all__ = ["DiskFiles", "decode"]


@dataclass(frozen=True, slots=True)
class DiskFiles:
    """The files below and beside `root`. Paths inside of it are relative to it, all others absolute.

    What was read once is remembered, so that a run sees one state of every file.
    """

    root: Path
    _texts: dict[str, str | None] = field(default_factory=dict, repr=False)
    _names: dict[str, tuple[str, ...] | None] = field(default_factory=dict, repr=False)
    _listed: dict[str, bool] = field(default_factory=dict, repr=False)
    """Path of what stands in a folder whose names were asked for → whether it is a file."""
    _probed: dict[str, bool] = field(default_factory=dict, repr=False)
    """Path of what was asked for by itself → whether it is a file."""
    comparisons: list[tuple[str, ...]] = field(default_factory=list, repr=False)
    """What git said of each base that the files were compared with: the ref, whether a remote's was wanted, answers."""
    written: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Path → text of what stands over the files on the disk: the tree as it would be with that."""

    def with_texts(self, texts: Mapping[str, str]) -> "DiskFiles":
        """The same tree as it would be if these texts were written; nothing is."""
        named = {os.path.normpath(path): text for path, text in texts.items()}
        return DiskFiles(self.root, written={**self.written, **named})

    def path_of(self, given: str | Path) -> str:
        """The path as the core knows it: relative to the root where it is inside, with forward slashes."""
        absolute = Path(os.path.normpath(self.root / given))
        if absolute.is_relative_to(self.root):
            return absolute.relative_to(self.root).as_posix()
        return absolute.as_posix()

    def read(self, path: str) -> str | None:
        """The text of a file, None where there is no such file or it can't be read."""
        if self.written and (text := self.written.get(os.path.normpath(path))) is not None:
            return text
        if path not in self._texts:
            self._texts[path] = read_text(self._place(path), is_python=path.endswith(".py"))
        return self._texts[path]

    def names(self, folder: str) -> tuple[str, ...] | None:
        """The names in a folder, sorted; None where there is no such folder."""
        if folder not in self._names:
            kinds = self._kinds_of(folder)
            if kinds is None:
                self._names[folder] = None
            else:
                self._names[folder] = tuple(sorted(kinds))
                self._listed.update((os.path.normpath(f"{folder}/{name}"), is_file) for name, is_file in kinds.items())
        return self._names[folder]

    def _kinds_of(self, folder: str) -> dict[str, bool] | None:
        kinds = read_kinds(self._place(folder))
        if self.written:
            here = os.path.normpath(folder)
            new = {os.path.basename(path): True for path in self.written if (os.path.dirname(path) or ".") == here}  # noqa: PTH119, PTH120 - see _place
            kinds = {**(kinds or {}), **new} if kinds is not None or new else None
        return kinds

    def is_file(self, path: str) -> bool:
        """Whether there is such a file."""
        if self.written and os.path.normpath(path) in self.written:
            return True
        known = self._listed.get(path)
        if known is None:
            known = self._probed[path] = os.path.isfile(self._place(path))  # noqa: PTH113 - see _place
        return known

    def seen(self) -> dict[str, dict[str, object]]:
        """All that was looked at so far, contents as digests: what a result that was drawn from it depends on."""
        return {
            "texts": {path: _digest(text) for path, text in self._texts.items()},
            "names": {folder: self._kinds(folder) for folder in self._names},
            "probed": dict(self._probed),
        }

    def is_as_seen(self, seen: Mapping[str, Mapping[str, object]]) -> bool:
        """Whether all that was looked at by another run is now as it was then. Raises KeyError where it is none."""
        return (
            all(self._kinds(folder) == kinds for folder, kinds in seen["names"].items())
            and all(self.is_file(path) == is_file for path, is_file in seen["probed"].items())
            and all(_digest(self.read(path)) == content for path, content in seen["texts"].items())
        )

    def looked_at(self) -> tuple[list[str], list[str], list[str]]:
        """The files, the folders and the single paths that were looked at so far."""
        return sorted(self._texts), sorted(self._names), sorted(self._probed)

    def parts(self) -> Iterator[str]:
        """All that was seen of those, as `watching` gives what they are later."""
        yield from of_texts(self._texts)
        yield from of_folders({folder: self._names_and_kinds(folder) for folder in self._names})
        yield from of_probes(self._probed)
        yield from (part for comparison in self.comparisons for part in comparison)

    def _names_and_kinds(self, folder: str) -> dict[str, bool] | None:
        names = self._names[folder]
        if names is None:
            return None
        return {name: self._listed[os.path.normpath(f"{folder}/{name}")] for name in names}

    def _kinds(self, folder: str) -> str | None:
        """The digest of the names in a folder and of which of them are files; None where there is no such folder."""
        names = self.names(folder)
        if names is None:
            return None
        files = [name for name in names if self._listed[os.path.normpath(f"{folder}/{name}")]]
        return digest(*names, "", *files)

    def _place(self, path: str) -> str:
        """Where the file is; a Path for each of ten thousand files costs as much as reading them."""
        return os.path.join(self.root, path)  # noqa: PTH118 - see above


def _digest(text: str | None) -> str | None:
    return None if text is None else digest(text)
