"""Reads the file of overrides that stands beside the contracts."""

from pathlib import Path

from schemaguard.adapters.files.tree import DiskFiles
from schemaguard.contracts.overrides import Override, parse
from schemaguard.rules import MIGRATION_RULES
from schemaguard.rules.judging.overriding import checked

FILE = "overrides.yaml"


def read_overrides(folder: Path, files: DiskFiles) -> tuple[Override, ...]:
    """The overrides beside the contracts, none where there is no file. ContractError where the file is malformed."""
    path = files.path_of(folder / FILE)
    text = files.read(path)
    return checked(parse(text, path), MIGRATION_RULES) if text is not None else ()
