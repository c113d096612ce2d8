"""The folder of certificates: one file a revision."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from schemaguard.adapters.files.writing import make_folder, replace_text
from schemaguard.errors import RefusedError, command_line
from schemaguard.ledger.keys import SigningKey, VerifyingKey
from schemaguard.proving.certificate import Certificate, problem


def file_of(folder: Path, revision: str) -> Path:
    """The file of a revision's certificate. Names that the disk can't hold as they are get others."""
    return folder / f"{''.join(letter if letter.isalnum() or letter in '._-' else '_' for letter in revision)}.json"


def write_certificates(folder: Path, found: Iterable[Certificate], key: SigningKey | None) -> None:
    """Write each, signed where there is a key. UsageError where the folder can't be written."""
    make_folder(folder)
    for one in found:
        text = json.dumps(one.document(key), indent=2) + "\n"
        replace_text(file_of(folder, one.revision), text)


def refuse_without(folder: Path, revision: str, source: str, keys: Sequence[VerifyingKey]) -> None:
    """RefusedError where the revision with that source has no valid certificate in the folder."""
    file = file_of(folder, revision)
    wrong = "there is none" if not file.is_file() else problem(_read(file), revision, source, keys)
    if wrong is not None:
        raise RefusedError(
            f"revision {revision} needs a certificate that it was proven, and {wrong}",
            at=str(file),
            next=command_line("prove", revision, "--out", folder.name),
        )


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
