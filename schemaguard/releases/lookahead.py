"""How a plan looks ahead, as a protocol: what a catalog doesn't give a contract, and what it is after statements."""

from collections.abc import Iterable
from typing import Protocol

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing that a contract was promised and a catalog doesn't give; `cause` is COMPATIBILITY's cause code."""

    table: Name
    column: str | None
    cause: str
    message: str

    @property
    def object(self) -> str:
        """The name of what is missing or wrong, such as `transactions.channel`."""
        return f"{self.table}.{self.column}" if self.column else str(self.table)


class Fit(Protocol):
    """How a plan looks ahead."""

    def unmet(self, contract: Contract, catalog: Catalog) -> tuple[Unmet, ...]:
        """What the catalog doesn't give the contract; empty where it is satisfied."""
        ...

    def after(self, statements: Iterable[str], catalog: Catalog) -> Catalog:
        """The catalog after the statements; RefusedError where the server would refuse one or it can't be read."""
        ...

    def overreach(self, statements: Iterable[str], catalog: Catalog) -> str | None:
        """The first of a stored inverse's statements that an operation doesn't carry out, None where there is none."""
        ...
