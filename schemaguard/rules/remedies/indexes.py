"""Indexes that are built, dropped and rebuilt beside those who write."""

from schemaguard.catalog.changes import AttachIndex, Change, CreateIndex
from schemaguard.catalog.objects import Catalog, Index, Name
from schemaguard.frozen import replace
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.remedy import Remedy


def built_concurrently(change: CreateIndex, context: Context) -> Remedy | None:
    """The index, built beside those who write; of a partitioned table, partition by partition."""
    index = made_by(change.index, context)
    if index is None:
        return None
    name = change.name or Name(index.name.name)
    table = context.before.table(change.index.table)
    if table is None or table.partition_by is None:
        now: tuple[Change, ...] = (replace(change, name=name, concurrently=True),)
        return Remedy("build it beside those who write, outside of a transaction", now)
    partitions = _partitions(table.name, context.before)
    if change.only or any(context.before.tables[one].partition_by is not None for one in partitions):
        return None
    return Remedy(
        "build it on each partition beside those who write, and attach those to it",
        (replace(change, name=name, only=True), *_on_partitions(change, index, partitions, context)),
    )


def made_by(index: Index, context: Context) -> Index | None:
    """The index that the change makes on the table, with the name that the server gives it."""
    table = context.before.resolve(index.table)
    known = frozenset(context.before.indexes_of.get(table, ()))
    made = [name for name in context.after.indexes_of.get(table, ()) if name not in known]
    return context.after.indexes.get(made[0]) if len(made) == 1 else None


def _partitions(parent: Name, catalog: Catalog) -> tuple[Name, ...]:
    return tuple(
        user
        for user in catalog.dependents.get(parent, ())
        if (child := catalog.tables.get(user)) is not None and child.partition_of == parent
    )


def _on_partitions(
    change: CreateIndex, index: Index, partitions: tuple[Name, ...], context: Context
) -> tuple[Change, ...]:
    changes: list[Change] = []
    for partition in partitions:
        known = frozenset(context.before.indexes_of.get(partition, ()))
        made = [name for name in context.after.indexes_of.get(partition, ()) if name not in known]
        if len(made) != 1:
            return ()
        own = replace(change.index, table=partition)
        changes.append(CreateIndex(own, Name(made[0].name), concurrently=True))
        changes.append(
            AttachIndex(Name(index.name.name, change.index.table.schema), Name(made[0].name, made[0].schema))
        )
    return tuple(changes)
