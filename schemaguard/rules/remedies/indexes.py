"""Indexes that are built, dropped and rebuilt beside those who write."""

import re
from typing import TypeVar

from schemaguard.catalog.changes import (
    AttachIndex,
    Change,
    CreateIndex,
    DetachPartition,
    DropIndex,
    RefreshView,
    Reindex,
)
from schemaguard.catalog.names import LONGEST_NAME_BYTES, truncate
from schemaguard.catalog.objects import Catalog, Index, IndexKey, Name
from schemaguard.frozen import replace
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.remedy import Action, Remedy, Rewritten

_INDEX = re.compile(r"\s*create\s+(?:unique\s+)?(index)\b", re.IGNORECASE)
Concurrent = TypeVar("Concurrent", DropIndex, Reindex, DetachPartition, RefreshView)


def built_concurrently(change: CreateIndex, context: Context) -> Remedy | None:
    """The index, built beside those who write; of a partitioned table, partition by partition."""
    index = made_by(change.index, context)
    if index is None:
        return None
    name = change.name or Name(index.name.name)
    table = context.before.table(change.index.table)
    if table is None or table.partition_by is None:
        title = "build it beside those who write, outside of a transaction"
        return Remedy(title, (_with_the_word(replace(change, concurrently=True), name, context),))
    partitions = _partitions(table.name, context.before)
    if change.only or any(context.before.tables[one].partition_by is not None for one in partitions):
        return None
    return Remedy(
        "build it on each partition beside those who write, and attach those to it",
        (replace(change, name=name, only=True), *_on_partitions(change, index, partitions, context)),
    )


def _with_the_word(change: CreateIndex, name: Name, context: Context) -> Action:
    """The author's own statement with CONCURRENTLY in it; made anew where it is a call, or one of several."""
    own = _INDEX.match(context.step.statement.sql)
    if context.is_python or len(context.step.changes) > 1 or own is None:
        return replace(change, name=name)
    word = " CONCURRENTLY" if own[1].isupper() else " concurrently"
    return Rewritten(change, own[0] + word + context.step.statement.sql[own.end() :].rstrip())


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


def dropped_concurrently(change: DropIndex, context: Context) -> Remedy | None:
    """The index, dropped when nobody uses it any more; PostgreSQL can't do that for a partitioned one, nor CASCADE."""
    index = context.before.indexes.get(context.before.resolve(change.index))
    table = context.before.tables.get(index.table) if index is not None else None
    if change.cascade or (table is not None and table.partition_by is not None):
        return None
    return Remedy("drop it beside those who use the table, outside of a transaction", (_concurrently(change),))


def rebuilt_concurrently(change: Reindex) -> Remedy | None:
    """The indexes, built anew beside those who use the table; those of the system's own tables can't be."""
    if change.kind == "system":
        return None
    return Remedy("build it anew beside those who use the table, outside of a transaction", (_concurrently(change),))


def detached_concurrently(change: DetachPartition, context: Context) -> Remedy | None:
    """The partition, detached in two transactions that readers don't wait for; not beside a default partition."""
    parent = context.before.resolve(change.table)
    others = (context.before.tables[one] for one in _partitions(parent, context.before))
    if any((other.partition_bound or "").strip().upper() == "DEFAULT" for other in others):
        return None
    title = "detach it beside those who use the table, outside of a transaction; its bounds stay behind as a CHECK"
    return Remedy(title, (_concurrently(change),), leaves_more=True)


def refreshed_concurrently(change: RefreshView, context: Context) -> Remedy | None:
    """The view, refreshed while it is read; PostgreSQL asks for a unique index over plain columns without WHERE."""
    view = context.before.resolve(change.view)
    indexes = (context.before.indexes[name] for name in context.before.indexes_of.get(view, ()))
    has_key = any(
        index.unique and index.predicate is None and all(key.column is not None for key in index.keys)
        for index in indexes
    )
    if not has_key or not change.with_data:
        return None
    return Remedy("refresh it while it is read", (_concurrently(change),))


def _concurrently(change: Concurrent) -> Concurrent:
    return replace(change, concurrently=True)


def outside_of_the_transaction(change: Change) -> Remedy:
    """The change where it stands, but outside of a transaction."""
    return Remedy("run it outside of a transaction", (change,))


def indexed_too(change: Change, table: Name, columns: tuple[str, ...], context: Context) -> Remedy:
    """The change, and an index on the columns, built beside those who write."""
    name = Name(free_name(table, columns, context))
    index = Index(name, table, tuple(IndexKey(column) for column in columns))
    return Remedy("index it too, beside those who write", (change, CreateIndex(index, name, concurrently=True)))


def free_name(table: Name, columns: tuple[str, ...], context: Context) -> str:
    """A name for an index as the server would choose it."""
    stem = truncate(f"{table.name}_{'_'.join(columns)}", LONGEST_NAME_BYTES - 6)
    schema = context.run.after.resolve(table).schema
    number = 0
    while Name(name := f"{stem}_idx{number or ''}", schema) in context.run.after.indexes:
        number += 1
    return name
