"""The overrides of a project: the file that stands beside the contracts, and what the ledger has of it."""

from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from schemaguard import config
from schemaguard.adapters.files import DiskFiles
from schemaguard.contracts.overrides import Override, parse
from schemaguard.ledger.entry import parse as parse_entry
from schemaguard.releases.answering import confirmed
from schemaguard.rules import RULES
from schemaguard.rules.overriding import checked

FILE = "overrides.yaml"
_GRANTED = "select model, entry from schemaguard.ledger where event = 'override-granted'"


def read_overrides(folder: Path, files: DiskFiles) -> tuple[Override, ...]:
    """The overrides beside the contracts, none where there is no file. ContractError where the file is malformed."""
    path = files.path_of(folder / FILE)
    text = files.read(path)
    return checked(parse(text, path), RULES) if text is not None else ()


def confirmed_overrides(
    connection: psycopg.Connection[tuple[Any, ...]], folder: Path, day: date
) -> tuple[Override, ...]:
    """Those of the project around a folder that are in force and in the ledger.

    Raises ContractError where the file is malformed, ConfigError where the settings are.
    """
    settings = config.load(folder)
    overrides = read_overrides(settings.root / settings.contracts, DiskFiles(settings.root))
    if not overrides:
        return ()
    granted = []
    for model, entry in connection.execute(_GRANTED):
        facts = parse_entry(entry).payload
        granted.append((facts["rule"], facts["object"], model, facts["version"] or "", facts["until"]))
    return confirmed(overrides, granted, day)
