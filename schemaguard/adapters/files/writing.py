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
