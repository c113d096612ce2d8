"""What a writer feels of partitions: rows that no partition takes, and bounds that a table gets as one.

See ExecFindPartition() in execPartition.c.
"""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.row_changes import is_unlisted
from schemaguard.contracts.compatibility.rowsource import children, stores
from schemaguard.contracts.compatibility.unlisted import DOUBT
from schemaguard.contracts.contract import ContractTable

_DEFAULT = "default"


def partition_flaws(part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change) -> Iterator[Flaw]:
    """What of a writer's rows no partition takes any more, or a new bound refuses."""
    before, after = catalogs
    shown = relation(part.table, before)
    if part.access != "write" or shown is None or relation(part.table, after) is None:
        return
    base = shown.base.name if shown.base is not None else shown.name
    for table in sorted(stores(base, before), key=str):
        yield from _lost(table, before, after)
    yield from _bound(base, before, after)
    if isinstance(change, c.DetachPartition) and is_unlisted(part, catalogs, change):
        yield DOUBT, None, f"it isn't known whether another partition takes the rows of {change.partition}"


def _bounds(table: Name, catalog: Catalog) -> dict[str, str]:
    """Bound of each partition, written in one way, → the partition."""
    return {
        " ".join(child.partition_bound.lower().split()): child.name.name
        for child in children(table, catalog)
        if child.partition_of == table and child.partition_bound is not None
    }


def _lost(table: Name, before: Catalog, after: Catalog) -> Iterator[Flaw]:
    now = after.tables.get(table)
    if now is None or now.partition_by is None:
        return
    was, left = _bounds(table, before), _bounds(table, after)
    if _DEFAULT in left:
        return
    lost = [was[bound] for bound in was if bound not in left]
    if lost and left.keys() - was.keys():
        yield DOUBT, None, f"it isn't known whether the new partitions take all rows of {', '.join(sorted(lost))}"
    elif lost:
        yield "partition-gone", None, ", ".join(sorted(lost))


def _bound(table: Name, before: Catalog, after: Catalog) -> Iterator[Flaw]:
    """A table that becomes a partition takes only rows within its bounds."""
    was, now = before.tables.get(table), after.tables.get(table)
    if was is not None and now is not None and was.partition_of is None and now.partition_of is not None:
        yield "check-added", None, f"as a partition of {now.partition_of}: {now.partition_bound}"
