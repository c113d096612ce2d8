"""contracts observe: what contracts declare, against what the database has seen."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from schemaguard.contracts.observation import Log, Observation, observe
from schemaguard.errors import UsageError
from schemaguard.registry.listing import UNPUBLISHED, ListedContract


def observed(listed: Iterable[ListedContract], log: Log, without: Collection[str], at: datetime) -> Observation:
    """The comparison, over the contracts in their windows and the statements of every role but those left out.

    UsageError where there is no contract to compare with.
    """
    held = [(each.name, each.contract) for each in listed if not _is_over(each, at)]
    if not held:
        raise UsageError(
            "no contract is in its window, so nothing is declared",
            next="schemaguard contracts list shows what is known; --contracts names another folder",
        )
    kept = tuple(statement for statement in log.statements if statement.role not in without)
    return observe(replace(log, statements=kept), held)


def _is_over(each: ListedContract, at: datetime) -> bool:
    if each.standing != UNPUBLISHED:
        return each.until is not None and each.until <= at
    last = each.contract.supported_until
    return last is not None and last < at.date()
