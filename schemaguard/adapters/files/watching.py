"""What a run looked at, as it is at this moment: files, folders, what git says. Nothing heavy is imported for it.

Each function gives its part of one digest as texts. A run that makes something gives the same parts for what it saw, so
that whether anything has changed since is one comparison.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MOST_FILES = 2_000
_MISSING = "\0"
"""Stands for the text of a file that isn't there; no text is that."""


class Unwatchable(Exception):  # noqa: N818 - nothing is wrong; it only isn't remembered
    """What was looked at is too large, or too entangled, to be compared."""


def read_text(place: str, *, is_python: bool = False) -> str | None:
    """The text of a file, None where there is no such file or it can't be read."""
    try:
        with open(place, "rb") as file:  # noqa: PTH123 - a Path for each of ten thousand files takes as long again
            return decode(file.read(), is_python=is_python)
    except (OSError, ValueError):
        return None


def read_bytes(place: str) -> str | None:
    """The bytes of a file, a character each; None where there is no such file or it can't be read."""
    try:
        with open(place, "rb") as file:  # noqa: PTH123 - see read_text
            return file.read().decode("latin-1")
    except (OSError, ValueError):
        return None


def decode(content: bytes, *, is_python: bool = False) -> str:
    """The text of a source file: UTF-8, else what its coding line says, else Latin-1, which keeps every ASCII name.

    Python refuses a source that is none of the first two, or that has null bytes. Bytes that it can't decode stay in
    the text as lone surrogates, and nothing before them is changed, so that their place can be told.
    """
    try:
        # An UTF-8 text without its mark: the codec that knows of the mark takes a while to import.
        text = content.removeprefix(b"\xef\xbb\xbf").decode()
        return text if is_python and "\0" in text else _universal(text)
    except UnicodeDecodeError:
        pass
    # Needed for few files, and slower to import than all the rest of this module.
    import io
    import tokenize

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return _universal(content.decode(encoding))
    except (SyntaxError, UnicodeDecodeError, LookupError):
        if is_python and not _is_read_by_python(content):
            return content.decode("utf-8", "surrogateescape")
        return _universal(content.decode("latin-1"))


def _is_read_by_python(content: bytes) -> bool:
    """Whether Python reads a source that isn't UTF-8 all the same: some versions don't look into comments."""
    import ast

    try:
        ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _universal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_kinds(place: str) -> dict[str, bool] | None:
    """What stands in a folder → whether it is a file; None where there is no such folder."""
    try:
        with os.scandir(place) as entries:
            return {entry.name: _is_file(entry) for entry in entries}
    except (OSError, ValueError):
        return None


def _is_file(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def of_texts(texts: "Mapping[str, str | None]") -> "Iterator[str]":
    """The parts of files that were read."""
    for path in sorted(texts):
        text = texts[path]
        yield path
        yield _MISSING if text is None else text


def of_folders(folders: "Mapping[str, Mapping[str, bool] | None]") -> "Iterator[str]":
    """The parts of folders whose names were asked for."""
    for path in sorted(folders):
        kinds = folders[path]
        yield path
        yield _MISSING if kinds is None else "\0".join(f"{name}/{kinds[name]}" for name in sorted(kinds))


def of_probes(probes: "Mapping[str, bool]") -> "Iterator[str]":
    """The parts of paths that were asked for by themselves."""
    for path in sorted(probes):
        yield path
        yield str(probes[path])


def of_tree(place: str) -> "Iterator[str]":
    """The parts of a folder with all that is in it. Raises Unwatchable where that is too much, or leads elsewhere."""
    many = 0
    for folder, folders, files in os.walk(place):
        folders.sort()
        yield folder
        if any(os.path.islink(os.path.join(folder, name)) for name in folders):  # noqa: PTH114, PTH118 - see read_text
            raise Unwatchable(folder)
        many += len(files)
        if many > _MOST_FILES:
            raise Unwatchable(place)
        yield from of_texts({file: read_bytes(file) for file in (f"{folder}/{name}" for name in files)})


def of_settings(start: str, names: "Iterable[str]") -> "Iterator[str]":
    """The parts of every settings file that could hold in a folder: its own and those of the folders above."""
    folder = start
    while True:
        yield from of_texts({place: read_bytes(place) for place in (f"{folder}/{name}" for name in names)})
        yield str(os.path.exists(f"{folder}/.git"))  # noqa: PTH110 - see read_text
        above = os.path.dirname(folder)  # noqa: PTH120 - see read_text
        if above == folder:
            return
        folder = above
