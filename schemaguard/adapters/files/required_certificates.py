"""Whether the settings ask for a certificate, for what applies revisions and has no settings of its own."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from schemaguard import config
from schemaguard.adapters.files.certificates import refuse_without
from schemaguard.adapters.files.ledger_key import find_key
from schemaguard.adapters.files.watching import read_text
from schemaguard.errors import RefusedError
from schemaguard.ledger.keys import parse_verifying_key


def demanded(here: Path, environ: Mapping[str, str] = os.environ) -> Callable[[str, str], None] | None:
    """What refuses (revision, path of its file) without a valid certificate; None where the settings don't ask.

    ConfigError where the settings or a key can't be read.
    """
    settings = config.load(here, environ)
    if not settings.require_certificate:
        return None
    where = f"ledger_keys in {settings.file}"
    keys = [parse_verifying_key(each, where) for each in settings.ledger_keys]
    if (mine := find_key(environ)) is not None:
        keys.append(mine.verifying)
    folder = settings.root / settings.certificates

    def refuse(revision: str, file: str) -> None:
        source = read_text(file, is_python=file.endswith(".py")) if file else None
        if source is None:
            raise RefusedError(f"revision {revision} needs a certificate, and its file can't be read", at=file)
        refuse_without(folder, revision, source, keys)

    return refuse
