"""Changes of indexes."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog.changes import (
    AttachIndex,
    CreateIndex,
    DropIndex,
)
from schemaguard.catalog.fold.cascade import Gone, index_seed
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.fold.keys import require_columns
from schemaguard.catalog.fold.removal import remove_all
from schemaguard.catalog.names import addition, expression_name, index_columns
from schemaguard.catalog.objects import (
    Index,
    Name,
)
from schemaguard.catalog.refusal import Refusal
from schemaguard.frozen import replace


def create_index(change: CreateIndex, draft: Draft) -> None:
    """CREATE INDEX. See DefineIndex() in indexcmds.c."""
    relation = draft.resolve(change.index.table)
    if relation in draft.views:
        _put_index(draft, relation, change)
        return
    table = draft.table(change.index.table)
    if table.name not in draft.tables:
        draft.put(table)
    named = tuple(key.column for key in change.index.keys if key.column is not None) + change.index.include
    keys = {key.column for key in change.index.keys}
    if change.index.unique and table.partition_key and not keys >= set(table.partition_key):
        raise Refusal("unique constraint on partitioned table must include all partitioning columns", "0A000")
    require_columns(draft, table, named, 'column "{}" does not exist')
    made = _put_index(draft, table.name, change)
    parts = [child for child in draft.children(table.name) if child.partition_of == table.name]
    if made is None or change.only:
        if made is not None and parts:
            draft.put(replace(made, valid=False))
        return
    for child in parts:
        if not any(same_shape(made, index) for index in draft.indexes_on(child.name)):
            below = replace(change, name=None, index=replace(change.index, table=child.name))
            create_index(below, draft)


def same_shape(one: Index, other: Index) -> bool:
    """Whether the indexes differ in nothing but their names, tables and constraints."""
    return replace(one, name=other.name, table=other.table, constraint=None) == replace(other, constraint=None)


def _put_index(draft: Draft, table: Name, change: CreateIndex) -> Index | None:
    if change.name is None:
        keys = [key.made_as or key.column or expression_name(key.expression or "") for key in change.index.keys]
        parts = addition(index_columns((*keys, *(change.index.include_made_as or change.index.include))))
        chosen = draft.choose_relation_name(table, parts, "idx", is_constraint=False)
        name = Name(chosen, table.schema)
    else:
        name = Name(change.name.name, table.schema)
        if draft.is_relation(name):
            if change.if_not_exists:
                return None
            draft.refuse(name, f'relation "{name.name}" already exists', "42P07")
    index = replace(change.index, name=name, table=table, constraint=None)
    draft.put(index)
    return index


def attach_index(change: AttachIndex, draft: Draft) -> None:
    """ATTACH PARTITION of an index: the partitioned one is valid once every partition has its part.

    See ATExecAttachPartitionIdx() in tablecmds.c.
    """
    index = draft.indexes.get(draft.resolve(change.index))
    if index is None or index.valid:
        return
    whole = replace(index, valid=True)
    parts = [child for child in draft.children(index.table) if child.partition_of == index.table]
    if all(any(same_shape(whole, own) for own in draft.indexes_on(child.name)) for child in parts):
        draft.put(whole)


def drop_index(change: DropIndex, draft: Draft) -> None:
    """DROP INDEX. See https://www.postgresql.org/docs/18/sql-dropindex.html."""
    index = draft.indexes.get(draft.resolve(change.index))
    if index is None:
        return
    if index.constraint is not None:
        message = f"cannot drop index {index.name} because constraint {index.constraint} requires it"
        draft.refuse(index.name, message, "2BP01")
    seed: tuple[Gone, ...] = index_seed(index.name)
    remove_all(draft, seed, cascade=change.cascade)


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    CreateIndex: create_index,
    DropIndex: drop_index,
    AttachIndex: attach_index,
}
