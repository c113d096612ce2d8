"""Which tables others read and write while a migration runs: those that a lock or a scan of is felt."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from schemaguard.catalog.changes import TruncateTable
from schemaguard.catalog.objects import Name
from schemaguard.rules.facts.context import Context

if TYPE_CHECKING:
    from schemaguard.catalog.locks import Lock, Mode


def in_use(context: Context, relation: Name) -> bool:
    """Whether others may wait for the relation: it was there before, and isn't empty by construction.

    A table that the same unreleased history made has no users yet; one that the same transaction has emptied is locked
    already and holds nothing to scan; so does a partitioned table without partitions.
    """
    name = context.before.resolve(relation)
    unreleased = context.facts.unreleased
    if name in context.made.tables or name in context.made.views:
        return False
    if name in unreleased.tables or name in unreleased.views:
        return False
    table = context.before.tables.get(name)
    if table is not None and table.persistence == "temporary":
        return False
    if table is not None and table.partition_by is not None and not _has_partitions(context, name):
        return False
    return not any(
        isinstance(visit.change, TruncateTable) and visit.before.resolve(visit.change.table) == name
        for visit in context.facts.transaction
    )


def _has_partitions(context: Context, parent: Name) -> bool:
    users = context.before.dependents.get(parent, ())
    return any(
        (child := context.before.tables.get(user)) is not None and child.partition_of == parent for user in users
    )


def felt(context: Context) -> "tuple[Lock, ...]":
    """The strongest lock of the change on each relation in use, in the order in which they are taken."""
    return strongest_in_use(context, context.facts.work.locks)


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
    return tuple(name for name in context.facts.work.worked_on if in_use(context, name))
