"""Really dropping what is retired, in the caller's transaction, with its ledger entry."""

from typing import Any

import psycopg

from schemaguard.adapters.control import ledger, retirement, situation
from schemaguard.catalog.objects import Catalog
from schemaguard.errors import RefusedError
from schemaguard.releases.fit import CatalogFit
from schemaguard.releases.leftovers import names
from schemaguard.releases.release import Retired

Connection = psycopg.Connection[tuple[Any, ...]]


def needed_by(connection: Connection, retired: Retired) -> tuple[str, ...]:
    """Who is in the window and names it, such as `fraud@7`; what they read must not be purged.

    Of a column that got another type, the old values are needed by whom the new type doesn't suit.
    """
    contracts, catalog = situation.needed(connection), situation.catalog(connection)
    found = [each for each in contracts if names(each, catalog, retired.table, retired.column)]
    if retired.is_of_two and _types_tell(retired, catalog):
        place = (retired.table, retired.column)
        found = [each for each in found if any((u.table, u.column) == place for u in CatalogFit().unmet(each, catalog))]
    return tuple(sorted({name for each in found for name in situation.names_needing(connection, each)}))


def _types_tell(retired: Retired, catalog: Catalog) -> bool:
    """Whether the two columns differ in type: else nothing tells who relies on which values."""
    table = catalog.tables.get(retired.hidden_table)
    now = table.column(retired.column) if table is not None and retired.column is not None else None
    was = table.column(retired.hidden_column) if table is not None and retired.hidden_column is not None else None
    return now is not None and was is not None and now.type != was.type


def purge(connection: Connection, retired: Retired, who: tuple[str, str | None, str | None]) -> None:
    """Drop it for good. `who` are the actor, who approved it before its retention was over, and why.

    RefusedError where something depends on it still.
    """
    actor, approved_by, reason = who
    try:
        with connection.transaction():
            connection.execute("select schemaguard.purge(%s)", (retired.id,))
    except psycopg.errors.DependentObjectsStillExist as error:
        raise RefusedError(
            f"{retired.object} can't be purged: {error.diag.message_detail or error}",
            at=retired.object,
            next="drop what depends on it first; nothing was purged",
        ) from error
    except psycopg.Error as error:
        raise retirement.refusal(error, retired.object) or error from error
    facts = {
        "object": retired.object, "retired": retired.id, "retention_until": retired.purge_after.isoformat(),
        "approved_by": approved_by, "reason": reason,
    }  # fmt: skip
    ledger.append(connection, event="purged", actor=actor, model=None, operation=None, facts=facts)
