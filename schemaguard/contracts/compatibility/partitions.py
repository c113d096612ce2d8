"""What a writer feels of partitions: rows that no partition takes, and bounds that a table gets as one.

See ExecFindPartition() in execPartition.c.
"""

from collections.abc import Iterator, Mapping

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, Check, Column, ForeignKey, Name, Table
from schemaguard.contracts.compatibility.reading import Flaw, unique_sets
from schemaguard.contracts.compatibility.relation import Relation, relation
from schemaguard.contracts.compatibility.row_changes import is_unlisted
from schemaguard.contracts.compatibility.rowsource import children, stores
from schemaguard.contracts.compatibility.transition import unnamed
from schemaguard.contracts.compatibility.unlisted import DOUBT
from schemaguard.contracts.compatibility.writing import below
from schemaguard.contracts.contract import ContractTable, Promise

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
    yield from _refused_by_partitions(part, shown, catalogs)
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


def _refused_by_partitions(part: ContractTable, shown: Relation, catalogs: tuple[Catalog, Catalog]) -> Iterator[Flaw]:
    """What a partition refuses for itself, and the table doesn't: its rows are sent to the table."""
    before, after = catalogs
    base = after.tables.get(shown.base.name) if shown.base is not None else None
    if base is None:
        return
    sent = {below(shown, promise.column): promise for promise in part.promises}
    for name in sorted(stores(base.name, after) & stores(base.name, before) - {base.name}, key=str):
        was, now = before.tables[name], after.tables[name]
        if was is not now and now.partition_of is not None:
            for column in now.columns:
                if _is_missed(column, was, base, sent):
                    yield "null-refused", column.name, f"in its partition {name}"
            yield from _own_constraints(sent, was, now, base)
        yield from _own_keys(sent, (was, now, base), catalogs)


def _is_missed(column: Column, was: Table, base: Table, sent: Mapping[str, Promise]) -> bool:
    """Whether the partition asks for a value since the change, and rows come without one."""
    old, above, promise = was.column(column.name), base.column(column.name), sent.get(column.name)
    if old is None or above is None or old.not_null or not column.not_null or above.not_null:
        return False
    return not promise.required if promise is not None else above.filling is None


def _own_constraints(sent: Mapping[str, Promise], was: Table, now: Table, base: Table) -> Iterator[Flaw]:
    known = {unnamed(constraint) for constraint in (*was.constraints, *base.constraints)}
    for constraint in now.constraints:
        if unnamed(constraint) in known or not isinstance(constraint, Check | ForeignKey):
            continue
        named = [column for column in constraint.columns if column in sent]
        if named or not constraint.columns:
            code = "check-added" if isinstance(constraint, Check) else "foreign-key-added"
            yield code, named[0] if named else None, f"{constraint.name}, of its partition {now.name}"


def _own_keys(
    sent: Mapping[str, Promise], tables: tuple[Table, Table, Table], catalogs: tuple[Catalog, Catalog]
) -> Iterator[Flaw]:
    (was, now, base), (before, after) = tables, catalogs
    if before.indexes is after.indexes and was is now:
        return
    fresh = unique_sets(now, after) - unique_sets(was, before) - unique_sets(base, after)
    for together in sorted(fresh, key=sorted):
        written = [column for column in sorted(together) if column in sent]
        if written and not any(sent[column].unique for column in written):
            yield "unique-added", written[0], f"{', '.join(sorted(together))}, in its partition {now.name}"
