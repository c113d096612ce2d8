"""Whether a catalog satisfies a contract, and what the catalog will be after statements that a plan would run."""

from collections.abc import Iterable
from typing import Protocol

from schemaguard.catalog.apply import apply
from schemaguard.catalog.changes import Opaque, Unreadable
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.refusal import Refusal
from schemaguard.contracts.compatibility import unmet
from schemaguard.contracts.compatibility.signed import refused_columns
from schemaguard.contracts.contract import Contract
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass
from schemaguard.sql.translate import translate

_NOTHING = "nothing was touched; look at the stored inverse in schemaguard.applied_change"


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


class CatalogFit:
    """Looks ahead with the catalog's own fold and the contracts' own predicate."""

    def unmet(self, contract: Contract, catalog: Catalog) -> tuple[Unmet, ...]:
        """What the catalog doesn't give the contract, and what of it the signature that it carries may refuse."""
        return tuple(
            Unmet(catalog.resolve(each.table), each.column, each.cause, each.message)
            for each in (*unmet(contract, catalog), *refused_columns(contract, catalog))
        )

    def after(self, statements: Iterable[str], catalog: Catalog) -> Catalog:
        """The catalog after the statements; RefusedError where the server would refuse one or it can't be read."""
        for statement in statements:
            for change in translate(statement):
                if isinstance(change, Opaque | Unreadable):
                    raise RefusedError(
                        f"what it does can't be known beforehand: {change.reason}", at=statement, next=_NOTHING
                    )
                try:
                    catalog = apply(change, catalog)
                except Refusal as refusal:
                    raise RefusedError(
                        f"the server would refuse it with {refusal.sqlstate}: {refusal.message}",
                        at=statement,
                        next=_NOTHING,
                    ) from refusal
        return catalog
