"""Whether a catalog satisfies a contract, and what the catalog will be after statements that a plan would run."""

from collections.abc import Iterable

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.compatibility.satisfied import unmet
from schemaguard.contracts.compatibility.signed import refused_columns
from schemaguard.contracts.contract import Contract
from schemaguard.releases.lookahead import Unmet


class CatalogFit:
    """Looks ahead with the catalog's own fold and the contracts' own predicate.

    What reads statements is imported where there are some: a rollback that brings nothing back doesn't wait for it.
    """

    def unmet(self, contract: Contract, catalog: Catalog) -> tuple[Unmet, ...]:
        """What the catalog doesn't give the contract, and what of it the signature that it carries may refuse."""
        return tuple(
            Unmet(catalog.resolve(each.table), each.column, each.cause, each.message)
            for each in (*unmet(contract, catalog), *refused_columns(contract, catalog))
        )

    def after(self, statements: Iterable[str], catalog: Catalog) -> Catalog:
        """The catalog after the statements; RefusedError where the server would refuse one or it can't be read."""
        found = tuple(statements)
        if not found:
            return catalog
        from schemaguard.releases.foreseeing import foresee

        return foresee(found, catalog)

    def overreach(self, statements: Iterable[str], catalog: Catalog) -> str | None:
        """The first statement that isn't a change of shape which keeps every value and runs nobody's code."""
        from schemaguard.releases.stored_inverses import overreach

        return overreach(statements, catalog)
