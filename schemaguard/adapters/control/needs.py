"""Who needs what a migration drops, by the releases and consumers of the database, and which overrides cover it."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg

from schemaguard import config
from schemaguard.adapters.control import situation
from schemaguard.adapters.files.overrides import read_overrides
from schemaguard.adapters.files.tree import DiskFiles
from schemaguard.applying.permission import confirmed, unanswered
from schemaguard.catalog.apply import apply
from schemaguard.catalog.changes import RetypeColumn
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.refusal import Refusal
from schemaguard.contracts.contract import Contract
from schemaguard.contracts.overrides import Override
from schemaguard.frozen import dataclass
from schemaguard.ledger.entry import parse as parse_entry
from schemaguard.releases.fit import CatalogFit
from schemaguard.releases.leftovers import names

Connection = psycopg.Connection[tuple[Any, ...]]

_GRANTED = "select model, entry from schemaguard.ledger where event = 'override-granted'"


@dataclass(frozen=True, slots=True)
class Needs:
    """Who needs an object, as names such as `fraud@7`: those that an override covers, and those that are `left`."""

    answered_for: tuple[str, ...]
    left: tuple[str, ...]


def needs(
    connection: Connection,
    dropped: tuple[Name, str | None],
    catalog: Catalog,
    folder: Path,
    *,
    retype: RetypeColumn | None = None,
) -> Needs:
    """Who is in the window and names the column, or the table where that is None; `folder` is in the project.

    `retype`: it isn't dropped, but gets another type and its old values stay beside: who reads through a view, or was
    made for the new type, needs nothing else.

    Raises ContractError where the project's overrides are malformed, ConfigError where its settings are.
    """
    answered_for: list[str] = []
    left: list[str] = []
    for contract in situation.needed(connection):
        if not names(contract, catalog, *dropped):
            continue
        if retype is not None and _gets_on(contract, retype, catalog):
            continue
        overrides = _confirmed_overrides(connection, folder, datetime.now(UTC).date())
        versions = situation.versions_needing(connection, contract)
        missing = unanswered(contract, versions, dropped, catalog, overrides)
        for version in versions:
            name = f"{contract.model}@{version}" if version else contract.model
            (left if version in missing else answered_for).append(name)
    return Needs(tuple(dict.fromkeys(answered_for)), tuple(dict.fromkeys(left)))


def _gets_on(contract: Contract, change: RetypeColumn, catalog: Catalog) -> bool:
    """Whether a contract view shows the old values, or only the new type is what the contract asks for."""
    if contract.reads_through == "view":
        return True
    try:
        after = apply(change, catalog)
    except Refusal:
        return False
    column = (catalog.resolve(change.table), change.column)
    return _asks_for(contract, catalog, column) and not _asks_for(contract, after, column)


def _asks_for(contract: Contract, catalog: Catalog, column: tuple[Name, str]) -> bool:
    return any((each.table, each.column) == column for each in CatalogFit().unmet(contract, catalog))


def _confirmed_overrides(connection: Connection, folder: Path, day: date) -> tuple[Override, ...]:
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
