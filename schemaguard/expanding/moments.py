"""What each model version meets at every moment of an expansion: before it, and after each of its revisions."""

from collections.abc import Iterable

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.contract import Contract
from schemaguard.expanding.expand import Split
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ContractMet:
    """What one contract is not given at a moment; empty where it is satisfied."""

    contract: Contract
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A state that clients can meet, and what it is to each contract."""

    when: str
    seen: tuple[ContractMet, ...]


def moments(split: Split, contracts: Iterable[Contract]) -> tuple[Moment, ...]:
    """Each moment, judged by the contracts."""
    known = tuple(contracts)
    states = [("before", split.before), *((f"after {phase}", catalog) for phase, catalog in split.after)]
    return tuple(
        Moment(when, tuple(ContractMet(contract, _misses(contract, catalog)) for contract in known))
        for when, catalog in states
    )


def _misses(contract: Contract, catalog: Catalog) -> tuple[str, ...]:
    # It reads queries, and where there is no contract nobody asks.
    from schemaguard.contracts.compatibility.satisfied import unmet

    return tuple(dict.fromkeys(each.message for each in unmet(contract, catalog)))
