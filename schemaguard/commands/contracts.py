"""contracts: who reads and writes what, and until when, by the folder and by the control schema."""

from collections.abc import Iterable
from datetime import datetime

from schemaguard.adapters.releases import ControlDatabase
from schemaguard.contracts.contract import ContractFile
from schemaguard.releases.listing import Listed, listing
from schemaguard.releases.window import Window


def contracts(files: Iterable[ContractFile], database: ControlDatabase | None, at: datetime) -> tuple[Listed, ...]:
    """Every contract once a version; without a database those of the folder, as unpublished."""
    if database is None:
        return listing(files, (), Window("dates", at, ()))
    return listing(files, database.bound(), database.window())
