"""A database that is ahead of the code that runs: is that known, and does it still give what the code needs?"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from schemaguard.adapters.control import situation
from schemaguard.contracts.contract import Contract
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass
from schemaguard.releases.fit import CatalogFit

Connection = psycopg.Connection[tuple[Any, ...]]

_RECORDED = "select revision, parents from schemaguard.applied_change where undone_at is null order by id"
_RELEASE = """\
select c.document, c.file, c.digest, c.query, r.signature
from schemaguard.release r join schemaguard.contract c on c.digest = r.contract
where r.model = %s and r.model_version = %s"""
_NAME_IT = "say which release this image is: export SCHEMAGUARD_RELEASE=MODEL@VERSION"


@dataclass(frozen=True, slots=True)
class NeededHere:
    """What an image needs of the database: the releases that it says, else the contracts that it brings."""

    releases: tuple[tuple[str, str], ...] = ()
    digests: frozenset[str] = frozenset()


def newer_than_the_image(
    connection: Connection, unknown: Sequence[str], heads: tuple[Sequence[str], Sequence[str]], needed: NeededHere
) -> str:
    """Why nothing has to be done: revisions that the image doesn't know are recorded, and its contracts are satisfied.

    `heads` are those of the database and those of the image. Raises RefusedError where that isn't so.
    """
    recorded: dict[str, tuple[str, ...]] = {}
    for revision, parents in connection.execute(_RECORDED).fetchall():
        recorded[revision] = (*recorded.get(revision, ()), *(parents or ()))
    _require_recorded(unknown, heads, recorded)
    contracts = _contracts(connection, needed)
    catalog = situation.catalog(connection)
    for name, contract in contracts.items():
        unmet = CatalogFit().unmet(contract, catalog)
        if unmet:
            raise RefusedError(
                f"{_are_newer(unknown)}, and the contract of {name} is not satisfied: {unmet[0].message}",
                at=unmet[0].object,
                next="deploy an image that knows the revision, or take the model and schema back together",
            )
    verb = "contract" if len(contracts) == 1 else "contracts"
    names = ", ".join(contracts)
    return f"{_are_newer(unknown)}; the {verb} of {names} {'is' if len(contracts) == 1 else 'are'} satisfied"


def _require_recorded(
    unknown: Sequence[str], heads: tuple[Sequence[str], Sequence[str]], recorded: Mapping[str, tuple[str, ...]]
) -> None:
    lost = [revision for revision in unknown if revision not in recorded]
    if lost:
        raise RefusedError(
            f"the database is at revision {', '.join(lost)}, which this image doesn't have and no record tells of",
            at="schemaguard.applied_change",
            next="deploy an image that knows the revision",
        )
    of_database, of_image = heads
    below = {*of_database}
    waiting = [*of_database]
    while waiting:
        parents = recorded.get(waiting.pop(), ())
        waiting += [parent for parent in parents if parent not in below]
        below.update(parents)
    missing = [head for head in of_image if head not in below]
    if missing:
        raise RefusedError(
            f"{_are_newer(unknown)}, but it does not stand on {', '.join(missing)}, which this image would apply",
            at="schemaguard.applied_change",
            next="deploy an image that has both, with a revision that merges them",
        )


def _contracts(connection: Connection, needed: NeededHere) -> dict[str, Contract]:
    found: dict[str, Contract] = {}
    for model, version in needed.releases:
        row = connection.execute(_RELEASE, (model, version)).fetchone()
        if row is None:
            raise RefusedError(f"{model}@{version} is not published here", at="SCHEMAGUARD_RELEASE", next=_NAME_IT)
        found[f"{model}@{version}"] = situation.contract_of(*row)
    if not needed.releases:
        for contract in situation.needed(connection):
            if contract.digest in needed.digests:
                found |= dict.fromkeys(situation.names_needing(connection, contract), contract)
    if not found:
        raise RefusedError(
            "the database is newer than this image, and no contract of a release window is in it: nothing is proven",
            at="the contracts of this image",
            next=_NAME_IT,
        )
    return found


def _are_newer(revisions: Sequence[str]) -> str:
    named = ", ".join(revisions)
    return f"revision {named} is newer than this image" if len(revisions) == 1 else f"revisions {named} are newer"
