"""Writes a text file as a whole."""

import os
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


def rewrite_text(path: Path, before: str, after: str) -> None:
    """Put a text in the place of another that was read before; byte order mark and line ends stay what they are.

    UsageError where the file has changed since, mixes line ends or isn't UTF-8, or can't be written.
    """
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
    replace_text(path, mark + after.replace("\n", ending))


_MARK = b"\xef\xbb\xbf"
