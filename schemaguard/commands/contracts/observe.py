"""contracts observe: what contracts declare, against what the database has seen."""

from collections.abc import Collection, Iterable
from datetime import datetime

from schemaguard.adapters.postgres import statements
from schemaguard.commands.contracts.known import read_book
from schemaguard.commands.site import Site
from schemaguard.contracts.observation import Log, Observation, observe
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass, replace
from schemaguard.registry.listing import UNPUBLISHED, ListedContract


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen against what is declared, and where both were read."""

    observation: Observation
    source: str


def observe_contracts(site: Site, without: Collection[str] = ()) -> Observed:
    """Compare the readers that contracts declare with those the database has seen, but for the roles that are left out.

    DatabaseError where it doesn't keep statements, UsageError where there is no contract to compare with.
    """
    url = site.database_url
    known = read_book(site)
    return Observed(observed(known.listed, statements.read(url), without, known.at), known.source)


def observed(listed: Iterable[ListedContract], log: Log, without: Collection[str], at: datetime) -> Observation:
    """The comparison, over the contracts in their windows and the statements of every role but those left out.

    UsageError where there is no contract to compare with.
    """
    held = [(each.name, each.contract) for each in listed if not _is_over(each, at)]
    if not held:
        raise UsageError(
            "no contract is in its release window, so no reader is declared",
            next="schemaguard contracts list shows what is known; --contracts names another folder",
        )
    kept = tuple(statement for statement in log.statements if statement.role not in without)
    return observe(replace(log, statements=kept), held)


def _is_over(each: ListedContract, at: datetime) -> bool:
    if each.standing != UNPUBLISHED:
        return each.until is not None and each.until <= at
    last = each.contract.supported_until
    return last is not None and last < at.date()
