"""Columns that come and go."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog.changes import (
    AddColumn,
    DropColumn,
)
from schemaguard.catalog.fold.cascade import Gone
from schemaguard.catalog.fold.creation import own_column, own_sequence, require_own_values
from schemaguard.catalog.fold.draft import Draft, unlisted_column
from schemaguard.catalog.fold.keys import add_constraints
from schemaguard.catalog.fold.removal import remove_all
from schemaguard.catalog.objects import (
    Column,
    Table,
)
from schemaguard.catalog.refusal import Refusal, missing
from schemaguard.frozen import replace


def add_column(change: AddColumn, draft: Draft) -> None:
    """ADD COLUMN, with its sequence and the constraints written on it. See ATExecAddColumn() in tablecmds.c."""
    table = draft.table(change.table)
    if table.partition_of is not None:
        draft.refuse(table.name, "cannot add column to a partition", "42809")
    if table.column(change.column.name) is not None:
        if change.if_not_exists:
            return
        message = f'column "{change.column.name}" of relation "{table.name.name}" already exists'
        draft.refuse(table.name, message, "42701")
        table = replace(table, columns=tuple(c for c in table.columns if c.name != change.column.name))
    column = own_column(draft, table.name, change.column, change.serial)
    require_own_values(draft, table.name, column, table.columns)
    draft.put(replace(table, columns=(*table.columns, column), absent=table.absent - {column.name}))
    if change.serial or column.identity is not None:
        own_sequence(draft, table.name, column)
    for child in list(draft.children(table.name)):
        _inherit_column(draft, child, column)
    add_constraints(draft, draft.tables[table.name], change.constraints)


def _inherit_column(draft: Draft, child: Table, column: Column) -> None:
    known = child.column(column.name)
    if known is not None:
        draft.put(child.with_column(replace(known, not_null=known.not_null or column.not_null)))
    else:
        identity = column.identity if child.partition_of else None
        inherited = replace(column, is_local=False, identity=identity)
        draft.put(replace(child, columns=(*child.columns, inherited)))
    for below in list(draft.children(child.name)):
        _inherit_column(draft, below, column)


def drop_column(change: DropColumn, draft: Draft) -> None:
    """DROP COLUMN, with its indexes, constraints and owned sequences. See ATExecDropColumn() in tablecmds.c."""
    table = draft.table(change.table)
    column = table.column(change.column)
    if column is None:
        if table.open and change.column not in table.absent:
            # Nobody listed it, but something that is known may hang on it.
            draft.put(replace(table, columns=(*table.columns, unlisted_column(change.column))))
            remove_all(draft, (Gone("column", table.name, change.column),), cascade=change.cascade)
        elif not table.open and not change.if_exists:
            refuse_missing(draft, table, change.column)
        return
    if draft.is_inherited(table, column.name):
        raise Refusal(f'cannot drop inherited column "{change.column}"', "42P16")
    if change.column in table.partition_key:
        message = f'cannot drop column "{change.column}" because it is part of the partition key'
        raise Refusal(message, "42P16")
    remove_all(draft, (Gone("column", table.name, change.column),), cascade=change.cascade)


def refuse_missing(draft: Draft, table: Table, column: str) -> None:
    """Refuse as the server does where the table has no such column."""
    message = f'column "{column}" of relation "{table.name.name}" does not exist'
    others = (other.name for other in table.columns)
    draft.refuse(table.name, message, "42703", missing("column", table.name.name, column, others))


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    AddColumn: add_column,
    DropColumn: drop_column,
}
