"""Which tables others read and write while a migration runs: those that a lock or a scan of is felt."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from schemaguard.catalog.changes import (
    AddColumn,
    AddConstraint,
    AlterConstraint,
    AlterDomain,
    AttachPartition,
    ChangeOwner,
    CreateIndex,
    CreatePolicy,
    CreateTable,
    CreateTrigger,
    CreateView,
    DeleteRows,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropIndex,
    DropNotNull,
    DropObject,
    DropTable,
    EnableTrigger,
    LockTable,
    MoveTable,
    RefreshView,
    Reindex,
    RenameColumn,
    RenameConstraint,
    RenameTable,
    RetypeColumn,
    RewriteTable,
    SetColumnOption,
    SetDefault,
    SetGenerated,
    SetIdentity,
    SetInheritance,
    SetNotNull,
    SetReplicaIdentity,
    SetRowSecurity,
    SetTableOption,
    TruncateTable,
    UpdateRows,
    ValidateConstraint,
)
from schemaguard.catalog.objects import Name
from schemaguard.rules.facts.context import Context

if TYPE_CHECKING:
    from schemaguard.catalog.locks import Lock, Mode

CHANGES_UNDER_LOCK: tuple[type, ...] = (
    AddColumn, AddConstraint, AlterConstraint, AlterDomain, AttachPartition, ChangeOwner, CreateIndex, CreatePolicy,
    CreateTable, CreateTrigger, CreateView, DeleteRows, DetachPartition, DropColumn, DropConstraint, DropDefault,
    DropIndex, DropNotNull, DropObject, DropTable, EnableTrigger, LockTable, MoveTable, RefreshView, Reindex,
    RenameColumn, RenameConstraint, RenameTable, RetypeColumn, RewriteTable, SetColumnOption, SetDefault, SetGenerated,
    SetIdentity, SetInheritance, SetNotNull, SetReplicaIdentity, SetRowSecurity, SetTableOption, TruncateTable,
    UpdateRows, ValidateConstraint,
)  # fmt: skip
"""What may lock or work through a table that others use."""


def in_use(context: Context, relation: Name) -> bool:
    """Whether others may wait for the relation: it was there before, and isn't empty by construction.

    A table that the same unreleased history made has no users yet; one that the same transaction has emptied is locked
    already and holds nothing to scan; so does a partitioned table without partitions.
    """
    return context.facts.in_use(relation)


def felt(context: Context) -> "tuple[Lock, ...]":
    """The strongest lock of the change on each relation in use, in the order in which they are taken."""
    return strongest_in_use(context, context.facts.work.locks) if context.facts.may_be_felt else ()


def strongest_in_use(context: Context, locks: "Iterable[Lock]") -> "tuple[Lock, ...]":
    """The strongest of the locks on each relation in use that is a table or view, in their order."""
    from schemaguard.catalog.locks import Lock, strongest

    modes: dict[Name, list[Mode]] = {}
    for lock in locks:
        modes.setdefault(lock.relation, []).append(lock.mode)
    return tuple(
        Lock(relation, strongest(tuple(taken)))
        for relation, taken in modes.items()
        if relation not in context.before.indexes and in_use(context, relation)
    )


def worked_on(context: Context) -> tuple[Name, ...]:
    """The relations in use that the change scans or rewrites."""
    if not context.facts.may_be_felt:
        return ()
    return tuple(name for name in context.facts.work.worked_on if in_use(context, name))
