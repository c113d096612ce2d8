"""Locks and work of changes of tables."""

from schemaguard.catalog import changes as c
from schemaguard.catalog.fold.cascade import Gone, closure
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.locks.modes import Lock, option_mode
from schemaguard.catalog.locks.work import (
    ALONE,
    NONE,
    WITH_ALL,
    WITH_READERS,
    TableWork,
    alone,
    family_of,
    referenced_by,
)
from schemaguard.catalog.objects import Name
from schemaguard.catalog.proofs import implies_bound


def of_tables(change: c.Change, draft: Draft, _: int) -> TableWork | None:
    """Of a change of a table; None where it is none.

    See AlterTableGetLockLevel() in tablecmds.c;
    https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-TABLES.
    """
    match change:
        case c.CreateTable():
            return _create_table(change, draft)
        case c.DropTable():
            return _drop_table(change, draft)
        case c.RewriteTable(table=name, how=how):
            return alone(draft, name, work="rewrite", why=how) if name is not None else NONE
        case c.SetTableOption(table=name, option=option):
            return TableWork((Lock(draft.resolve(name), option_mode(option)),))
        case c.AttachPartition():
            return _attach(change, draft)
        case c.DetachPartition(table=name, partition=partition):
            concurrently = change.concurrently or change.finalizes
            mode = WITH_ALL if concurrently else ALONE
            child = draft.table(partition)
            referenced = () if concurrently else tuple(referenced_by(child.constraints, draft, WITH_READERS))
            # CONCURRENTLY takes ACCESS EXCLUSIVE on the partition too, in its second transaction: nobody reads it then.
            return TableWork((Lock(draft.resolve(name), mode), Lock(child.name, ALONE), *referenced))
        case c.SetInheritance(table=name, parent=parent, inherits=inherits):
            return alone(draft, name, *((Lock(draft.resolve(parent), WITH_ALL),) if inherits else ()))
        case c.RenameTable(table=name) | c.MoveTable(table=name) | c.SetReplicaIdentity(table=name):
            return TableWork((Lock(draft.resolve(name), ALONE),))
        case c.SetRowSecurity(table=name) | c.CreatePolicy(table=name):
            return TableWork((Lock(draft.resolve(name), ALONE),))
        case c.CreateTrigger(table=name) | c.EnableTrigger(table=name):
            return TableWork((Lock(draft.resolve(name), WITH_READERS),))
        case _:
            return None


def _create_table(change: c.CreateTable, draft: Draft) -> TableWork:
    held = list(referenced_by(change.table.constraints, draft, WITH_READERS))
    held += [Lock(draft.resolve(parent), WITH_ALL) for parent in change.table.inherits]
    held += [Lock(draft.resolve(source), "ACCESS SHARE") for source, _ in change.like]
    if change.table.partition_of is not None:
        parent = draft.resolve(change.table.partition_of)
        held.append(Lock(parent, ALONE))
        default = _default_partition(draft, parent)
        if parent in draft.tables:
            held += referenced_by(draft.tables[parent].constraints, draft, WITH_READERS)
        if default is not None:
            held.append(Lock(default, ALONE))
            return TableWork(tuple(held), "scan", (default,), "the default partition may hold its rows")
    return TableWork(tuple(held))


def _default_partition(draft: Draft, parent: Name) -> Name | None:
    for child in draft.children(parent):
        if child.partition_bound is not None and child.partition_bound.strip().upper() == "DEFAULT":
            return child.name
    return None


def _drop_table(change: c.DropTable, draft: Draft) -> TableWork:
    name = draft.resolve(change.table)
    held = [Lock(one, ALONE) for one in family_of(draft, name)]
    if change.cascade:
        going = closure(draft, (Gone("table", name),))
        held += [Lock(gone.name, ALONE) for gone in going if gone.kind in ("table", "view", "constraint")]
    for one in family_of(draft, name):
        table = draft.tables.get(one)
        if table is not None:
            held += referenced_by(table.constraints, draft, ALONE)
            if table.partition_of is not None:
                held.append(Lock(table.partition_of, ALONE))
    return TableWork(tuple(dict.fromkeys(held)))


def _attach(change: c.AttachPartition, draft: Draft) -> TableWork:
    parent, child = draft.table(change.table), draft.table(change.partition)
    held = [Lock(parent.name, WITH_ALL), Lock(child.name, ALONE)]
    held += referenced_by(parent.constraints, draft, WITH_READERS)
    default = _default_partition(draft, parent.name)
    worked = [] if implies_bound(child, parent, change.bound) else [child.name]
    if default is not None:
        held.append(Lock(default, ALONE))
        worked.append(default)
    why = "every row is held to the bounds" if worked else "a validated CHECK implies the bounds"
    return TableWork(tuple(held), "scan" if worked else "metadata", tuple(worked), why)
