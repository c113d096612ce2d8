"""Whether a catalog satisfies a contract, and what the catalog will be after statements that a plan would run."""

from collections.abc import Iterable

from schemaguard.catalog.apply import apply
from schemaguard.catalog.changes import Opaque, Unreadable
from schemaguard.catalog.objects import Catalog
from schemaguard.catalog.refusal import Refusal
from schemaguard.contracts.compatibility import unmet
from schemaguard.contracts.compatibility.signed import refused_columns
from schemaguard.contracts.contract import Contract
from schemaguard.errors import RefusedError
from schemaguard.releases.lookahead import Unmet
from schemaguard.releases.stored_inverses import overreach
from schemaguard.sql.reading.translate import translate

_NOTHING = "nothing was changed; look at the stored inverse in schemaguard.applied_change"


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
                        f"it can't be known in advance what it does: {change.reason}", at=statement, next=_NOTHING
                    )
                try:
                    catalog = apply(change, catalog)
                except Refusal as refusal:
                    raise RefusedError(
                        f"PostgreSQL would refuse it with {refusal.sqlstate}: {refusal.message}",
                        at=statement,
                        next=_NOTHING,
                    ) from refusal
        return catalog

    def overreach(self, statements: Iterable[str], catalog: Catalog) -> str | None:
        """The first statement that isn't a change of shape which keeps every value and runs nobody's code."""
        return overreach(statements, catalog)
