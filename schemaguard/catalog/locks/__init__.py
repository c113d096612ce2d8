"""Which locks a change takes, and whether it scans, rewrites or touches metadata only; on PostgreSQL 15–18.

After AlterTableGetLockLevel() and the commands' own code; compared with pg_locks, pg_class.relfilenode and the
statistics of real servers by the tests.
"""

from schemaguard.catalog import changes as c
from schemaguard.catalog.fold.draft import Draft, indexed
from schemaguard.catalog.locks.columns import of_columns
from schemaguard.catalog.locks.constraints import of_constraints, of_indexes
from schemaguard.catalog.locks.modes import MODES, Lock, Mode, conflicts, strongest
from schemaguard.catalog.locks.objects import of_objects
from schemaguard.catalog.locks.rows import of_rows
from schemaguard.catalog.locks.tables import of_tables
from schemaguard.catalog.locks.work import NONE, TableWork, Work
from schemaguard.catalog.objects import Catalog
from schemaguard.catalog.refusal import Refusal

__all__ = ["MODES", "Lock", "Mode", "TableWork", "Work", "conflicts", "locks", "strongest"]

_FAMILIES = (of_columns, of_tables, of_constraints, of_indexes, of_objects, of_rows)


def locks(change: c.Change, before: Catalog, version: int = 16) -> TableWork:
    """The locks and the work of a change on the catalog that it meets; relations that it makes itself are left out."""
    draft = Draft(indexed(before))
    for family in _FAMILIES:
        try:
            found = family(change, draft, version)
        except Refusal:
            # What the server refuses gives its locks back at once.
            return NONE
        if found is not None:
            return found
    return NONE
