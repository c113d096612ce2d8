"""Whether a drop can become a retirement: a rename out of sight, with the data kept, metadata only.

See https://www.postgresql.org/docs/18/sql-altertable.html ("The RENAME forms … There is no effect on the stored data").
"""

from collections.abc import Iterator

from schemaguard.catalog import expressions
from schemaguard.catalog.changes import (
    Change,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    SetReplicaIdentity,
)
from schemaguard.catalog.fold.cascade import index_uses
from schemaguard.catalog.fold.draft import Draft, indexed
from schemaguard.catalog.hanging import on_relation
from schemaguard.catalog.objects import Catalog, Column, PrimaryKey, Table, Unique
from schemaguard.catalog.stripping import INSTANT, Retirability, blocked_writes, cannot_fail, is_whole_row

__all__ = ["INSTANT", "Retirability", "retirability"]


def retirability(change: Change, catalog: Catalog) -> Retirability | None:
    """Whether what the change drops can be retired instead; None for a change that drops nothing of the kind."""
    draft = Draft(indexed(catalog))
    match change:
        case DropColumn(table=name, column=column):
            table = draft.tables.get(draft.resolve(name))
            known = table.column(column) if table is not None else None
            # What nobody listed is taken to be plain; the guard looks at the real column before it touches it.
            if table is None or known is None:
                return INSTANT
            return _worst((*_column_obstacles(table, known, draft), INSTANT))
        case DropTable(table=name):
            table = draft.tables.get(draft.resolve(name))
            return _worst((*_table_obstacles(table, draft), INSTANT)) if table is not None else INSTANT
        case DropIndex(index=name):
            index = draft.indexes.get(draft.resolve(name))
            if index is not None and index.unique:
                return Retirability("slow", f"index {index.name} is unique: kept, it would go on refusing rows")
            return INSTANT
        case DropConstraint(table=name, constraint=constraint):
            table = draft.tables.get(draft.resolve(name))
            found = table.constraint(constraint) if table is not None else None
            if isinstance(found, PrimaryKey | Unique) or (found is not None and hasattr(found, "elements")):
                return Retirability("slow", f"constraint {constraint} comes back with an index built anew")
            return INSTANT
        case _:
            return None


def _worst(found: tuple[Retirability, ...]) -> Retirability:
    order = ("impossible", "needs values", "slow", "instant")
    return min(found, key=lambda one: order.index(one.cls))


def _column_obstacles(table: Table, column: Column, draft: Draft) -> Iterator[Retirability]:
    name = column.name
    what = f"column {name} of {table.name}"
    key = table.primary_key
    if key is not None and name in key.columns:
        yield Retirability("impossible", f"{what} is part of the primary key", "give the table another key")
    elif key is not None and any(i.constraint == key.name and name in i.include for i in draft.indexes_on(table.name)):
        yield Retirability("impossible", f"{what} is part of the primary key's index", "give the table another key")
    if name in table.partition_key:
        yield Retirability("impossible", f"{what} is part of the partition key")
    if _is_replica_identity(table, name, draft):
        first = SetReplicaIdentity(table.name, "DEFAULT")
        yield Retirability("impossible", f"{what} is in the replica identity", first)
    if table.partition_of is not None or table.inherits or not column.is_local:
        yield Retirability("impossible", f"{what} is the column of one partition or child", "retire it in the parent")
    if any(is_whole_row(table, each) for each in table.constraints):
        yield Retirability("impossible", f"a CHECK reads whole rows of {table.name}", "drop it first")
    if column.generated is not None and column.generated_stored and not cannot_fail(column.generated):
        why = f"{what} is computed at every write, and its expression may fail"
        yield Retirability("impossible", why, "it holds nothing of its own: drop it with a permit")
    for trigger in table.triggers:
        _, is_there, condition = (trigger.definition or "").partition(" WHEN (")
        if is_there and expressions.mentions(condition, name):
            yield Retirability("impossible", f"trigger {trigger.name} depends on {what}", f"drop {trigger.name} first")
    for hung in on_relation(draft, table.name, name):
        yield Retirability("impossible", f"function {hung.name} depends on {what}", f"replace {hung.name} first")
    if any(below.column(name) is not None and _has_its_own(below, name) for below in _below(table, draft)):
        yield Retirability("impossible", f"a child table has column {name} of its own", "retire it there first")
    for each in (table, *_below(table, draft)):
        known = each.column(name)
        if known is not None:
            yield from blocked_writes(each, known, draft)


def _has_its_own(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.is_local and table.partition_of is None


def _below(table: Table, draft: Draft) -> Iterator[Table]:
    """Partitions and children, which have constraints of their own."""
    for other in draft.children(table.name):
        yield other
        yield from _below(other, draft)


def _is_replica_identity(table: Table, column: str, draft: Draft) -> bool:
    identity = table.replica_identity
    if identity is None or identity.upper() == "NOTHING":
        return False
    if identity.upper() == "FULL":
        return True
    index_name = identity.partition("USING INDEX ")[2]
    return any(index.name.name == index_name and index_uses(index, column) for index in draft.indexes_on(table.name))


def _table_obstacles(table: Table, draft: Draft) -> Iterator[Retirability]:
    if table.persistence == "temporary":
        yield Retirability("impossible", f"{table.name} is temporary")
    parent = draft.tables.get(table.partition_of) if table.partition_of is not None else None
    if parent is not None:
        yield Retirability("slow", f"{table.name} is a partition: attached again with a scan", "DETACH it first")
    elif table.inherits:
        yield Retirability("slow", f"{table.name} inherits: it is attached again with a look at its constraints")
