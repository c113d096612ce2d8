"""Writes a text file as a whole."""

import os
from collections.abc import Mapping
from pathlib import Path

from schemaguard.errors import UsageError


def replace_text(path: Path, text: str) -> None:
    """Write the file: whoever reads it meanwhile sees the old text or the new one. UsageError where it can't be."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(
            f"cannot write the file: {error.strerror}",
            at=str(path),
            next="check that the folder exists and may be written to",
        ) from error


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
