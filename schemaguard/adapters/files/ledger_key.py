"""The key that signs the ledger's checkpoints, in a file that only its owner reads, or in the environment."""

import os
from collections.abc import Mapping
from pathlib import Path

from schemaguard.adapters.files.writing import writing
from schemaguard.errors import ConfigError, UsageError
from schemaguard.ledger.keys import SigningKey, VerifyingKey, parse_signing_key

VARIABLE = "SCHEMAGUARD_LEDGER_KEY"
_BEGINNING = "PRIVATE+KEY+"


def find_key(environ: Mapping[str, str]) -> SigningKey | None:
    """The key that `SCHEMAGUARD_LEDGER_KEY` holds, or names the file of; None where it isn't set.

    ConfigError where it can't be read.
    """
    said = environ.get(VARIABLE)
    if not said:
        return None
    if said.startswith(_BEGINNING):
        return parse_signing_key(said, VARIABLE)
    try:
        text = Path(said).expanduser().read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not a text"
        raise ConfigError(
            f"cannot read the ledger's key: {why}", at=f"{VARIABLE}={said}", next="name its file"
        ) from error
    return parse_signing_key(text, said)


def write_key(path: Path, key: SigningKey) -> VerifyingKey:
    """Write a key into a new file that nobody else may read; what verifies it. UsageError where there is a file."""
    text = f"{key.secret_text()}\n"
    if path.exists():
        raise UsageError("there is a file of that name", at=str(path), next="name another one: a key is never replaced")
    with writing(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
    return key.verifying
