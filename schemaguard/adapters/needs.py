"""Who needs what a migration drops, by the releases and the consumers of the database, and who answers for it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from schemaguard.adapters.override_file import confirmed_overrides
from schemaguard.adapters.releases import situation
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.releases.answering import unanswered
from schemaguard.releases.leftovers import names

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Needs:
    """Names such as `fraud@7`: for whom somebody answers, and for whom nobody does."""

    answered_for: tuple[str, ...]
    left: tuple[str, ...]


def needs(connection: Connection, dropped: tuple[Name, str | None], catalog: Catalog, folder: Path) -> Needs:
    """Who is in the window and names the column, or the table where that is None; `folder` is in the project.

    Raises ContractError where the project's overrides are malformed, ConfigError where its settings are.
    """
    answered_for: list[str] = []
    left: list[str] = []
    for contract in situation.needed(connection):
        if not names(contract, catalog, *dropped):
            continue
        overrides = confirmed_overrides(connection, folder, datetime.now(UTC).date())
        versions = situation.versions_needing(connection, contract)
        missing = unanswered(contract, versions, dropped, catalog, overrides)
        for version in versions:
            name = f"{contract.model}@{version}" if version else contract.model
            (left if version in missing else answered_for).append(name)
    return Needs(tuple(dict.fromkeys(answered_for)), tuple(dict.fromkeys(left)))
