"""Writes a text file as a whole, and makes the folder for it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from schemaguard.errors import UsageError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """UsageError, with the place and the system's reason, where what happens inside can't be written."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"cannot write the file: {error.strerror}",
            at=str(path),
            next="check that the folder exists and may be written to",
        ) from error


def make_folder(folder: Path) -> None:
    """Make the folder and those above it, where they aren't there. UsageError where they can't be made."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)


def replace_text(path: Path, text: str) -> None:
    """Write the file: whoever reads it meanwhile sees the old text or the new one. UsageError where it can't be."""
    replace_bytes(path, text.encode("utf-8"))


def replace_bytes(path: Path, content: bytes) -> None:
    """The same of bytes."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with writing(path):
        try:
            beside.write_bytes(content)
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise


def rewrite_texts(texts: Mapping[Path, tuple[str, str]]) -> None:
    """Put each text in the place of the one that was read before; byte order marks and line ends stay what they are.

    UsageError before anything is written where a file has changed since, mixes line ends or isn't UTF-8; and where one
    can't be written.
    """
    made = {path: _in_its_own_way(path, before, after) for path, (before, after) in texts.items()}
    for path, text in made.items():
        replace_text(path, text)


def _in_its_own_way(path: Path, before: str, after: str) -> str:
    """The text with the mark and the line ends that the file has."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the file: {error.strerror}", at=str(path), next="run it again") from error
    mark = "\ufeff" if content.startswith(_MARK) else ""
    body = content.removeprefix(_MARK)
    ending = "\r\n" if b"\r\n" in body else "\n"
    if body != before.replace("\n", ending).encode("utf-8", "surrogateescape"):
        raise UsageError(
            "the file has changed, mixes line ends, or isn't UTF-8", at=str(path), next="change it by hand, as shown"
        )
    return mark + after.replace("\n", ending)


_MARK = b"\xef\xbb\xbf"
