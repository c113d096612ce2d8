"""What a catalog will be after statements that a plan would run: only where there are some is it imported."""

from collections.abc import Iterable

from schemaguard.catalog.apply import apply
from schemaguard.catalog.changes import Opaque, Unreadable
from schemaguard.catalog.objects import Catalog
from schemaguard.catalog.refusal import Refusal
from schemaguard.errors import RefusedError
from schemaguard.sql.reading.translate import translate

_NOTHING = "nothing was changed; look at the stored inverse in schemaguard.applied_change"


def foresee(statements: Iterable[str], catalog: Catalog) -> Catalog:
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
