"""One column becomes otherwise."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog import expressions
from schemaguard.catalog.changes import (
    DropDefault,
    DropNotNull,
    RetypeColumn,
    SetColumnOption,
    SetDefault,
    SetGenerated,
    SetIdentity,
    SetNotNull,
)
from schemaguard.catalog.converting import keeps_values
from schemaguard.catalog.fold.assigning import converts, require_default_fits
from schemaguard.catalog.fold.columns import refuse_missing
from schemaguard.catalog.fold.creation import own_sequence, stored_default
from schemaguard.catalog.fold.draft import UNKNOWN_TYPE, Draft, unlisted_column
from schemaguard.catalog.objects import (
    Column,
    Name,
    Table,
)
from schemaguard.catalog.refusal import Refusal
from schemaguard.catalog.types import Type
from schemaguard.frozen import replace

_INTEGERS = ("smallint", "integer", "bigint")


def _alter(
    draft: Draft, name: Name, column: str, become: Callable[[Column], Column], *, partitions_only: bool = False
) -> None:
    """Change the column in the table and in every partition and child that has it."""
    table = draft.table(name)
    known = table.column(column)
    if known is None:
        if not table.open or column in table.absent:
            refuse_missing(draft, table, column)
            return
        known = unlisted_column(column)
        table = replace(table, columns=(*table.columns, known))
    draft.put(table.with_column(become(known)))
    for child in list(draft.children(table.name)):
        if child.column(column) is not None and (child.partition_of is not None or not partitions_only):
            _alter(draft, child.name, column, become, partitions_only=partitions_only)


def retype_column(change: RetypeColumn, draft: Draft) -> None:
    """ALTER COLUMN … TYPE; a view or a generated column that reads it makes the server refuse.

    See ATPrepAlterColumnType() and ATExecAlterColumnType() in tablecmds.c.
    """
    table, column = draft.table(change.table), change.column
    for user in draft.uses(table.name):
        view = draft.views.get(user)
        if view is not None and (table.name, column) in view.reads:
            raise Refusal(f"cannot alter type of a column used by a view or rule: {view.name}", "0A000")
    if any(expressions.mentions(p.using, column) or expressions.mentions(p.check, column) for p in table.policies):
        raise Refusal("cannot alter type of a column used in a policy definition", "0A000")
    if any(column in trigger.columns for trigger in table.triggers):
        raise Refusal("cannot alter type of a column used in a trigger definition", "0A000")
    for other in table.columns:
        if expressions.mentions(other.generated, column) and other.name != column:
            raise Refusal("cannot alter type of a column used by a generated column", "0A000")
    if column in table.partition_key:
        raise Refusal(f'cannot alter column "{column}" because it is part of the partition key', "42P16")
    known = table.column(column)
    if known is not None:
        _check_conversion(draft, table, known, change)
    type_, collation = draft.type(change.type), change.collation
    _alter(draft, change.table, column, lambda c: _converted(c, change.using, type_, collation))
    _retype_sequence(draft, table.name, column)


def _converted(column: Column, using: str | None, type_: Type, collation: str | None) -> Column:
    is_kept = using is None or keeps_values(using, column.name, column.type, type_)
    converted = column.converted if using is None or is_kept else (*column.converted, using)
    return replace(column, type=type_, collation=collation, converted=converted)


def _check_conversion(draft: Draft, table: Table, column: Column, change: RetypeColumn) -> None:
    """Without USING the values must convert by themselves; the default and the generation expression always must."""
    type_, name = draft.type(change.type), column.name
    if draft.is_inherited(table, name):
        raise Refusal(f'cannot alter inherited column "{name}"', "42P16")
    if column.generated is not None and change.using is not None:
        raise Refusal("cannot specify USING when altering type of generated column", "42611")
    if column.identity is not None and not _is_integer(type_):
        raise Refusal("identity column type must be smallint, integer, or bigint", "22023")
    if converts(draft, column.type, type_):
        return
    if change.using is None:
        draft.refuse(table.name, f'column "{name}" cannot be cast automatically to type {type_}', "42804")
    if column.default is not None or column.generated is not None:
        draft.refuse(table.name, f'default for column "{name}" cannot be cast automatically to type {type_}', "42804")


def _retype_sequence(draft: Draft, table: Name, column: str) -> None:
    known = draft.tables[table].column(column)
    for user in list(draft.uses(table)):
        sequence = draft.sequences.get(user)
        is_identity = known is not None and known.identity is not None
        if sequence is not None and sequence.owned_by == (table, column) and is_identity and known is not None:
            draft.put(replace(sequence, type=known.type))


def set_not_null(change: SetNotNull, draft: Draft) -> None:
    """SET NOT NULL. See ATExecSetNotNull() in tablecmds.c."""
    _alter(draft, change.table, change.column, lambda c: replace(c, not_null=True))


def drop_not_null(change: DropNotNull, draft: Draft) -> None:
    """DROP NOT NULL; not from a key, an identity column, or where a parent wants it.

    See ATExecDropNotNull() in tablecmds.c.
    """
    table = draft.table(change.table)
    column, key = table.column(change.column), table.primary_key
    if key is not None and change.column in key.columns:
        raise Refusal(f'column "{change.column}" is in a primary key', "42P16")
    if column is not None and column.identity is not None:
        message = f'column "{change.column}" of relation "{table.name.name}" is an identity column'
        raise Refusal(message, "42601")
    if table.partition_of is not None:
        parent = draft.table(table.partition_of).column(change.column)
        if parent is not None and parent.not_null:
            raise Refusal(f'column "{change.column}" is marked NOT NULL in parent table', "42P16")
    _alter(draft, change.table, change.column, lambda c: replace(c, not_null=False))


def set_default(change: SetDefault, draft: Draft) -> None:
    """SET DEFAULT, of a table's column or a view's. See ATExecColumnDefault() in tablecmds.c."""
    if draft.resolve(change.table) in draft.views:
        return
    column = draft.table(change.table).column(change.column)
    _require_plain(column)
    if column is not None:
        require_default_fits(draft, draft.table(change.table).name, column.name, column.type, change.default)
    _alter(draft, change.table, change.column, lambda c: replace(c, default=stored_default(draft, c, change.default)))


def drop_default(change: DropDefault, draft: Draft) -> None:
    """DROP DEFAULT. See ATExecColumnDefault() in tablecmds.c."""
    if draft.resolve(change.table) in draft.views:
        return
    _require_plain(draft.table(change.table).column(change.column))
    _alter(draft, change.table, change.column, lambda c: replace(c, default=None))


def _require_plain(column: Column | None) -> None:
    if column is not None and column.identity is not None:
        raise Refusal(f'column "{column.name}" is an identity column', "42601")
    if column is not None and column.generated is not None:
        raise Refusal(f'column "{column.name}" is a generated column', "42601")


def set_identity(change: SetIdentity, draft: Draft) -> None:
    """ADD GENERATED AS IDENTITY, SET GENERATED, DROP IDENTITY, with the sequence.

    See ATExecAddIdentity(), ATExecSetIdentity() and ATExecDropIdentity() in tablecmds.c.
    """
    table = draft.table(change.table)
    column = table.column(change.column)
    had = column.identity if column is not None else None
    if column is None and not table.open:
        refuse_missing(draft, table, change.column)
    if change.identity is None and column is not None and had is None:
        if change.if_exists:
            return
        draft.refuse(table.name, f'column "{change.column}" is not an identity column', "55000")
    if change.is_new:
        _check_new_identity(table, column)
    elif change.identity is not None and column is not None and had is None:
        draft.refuse(table.name, f'column "{change.column}" of relation is not an identity column', "55000")
    _alter(draft, table.name, change.column, lambda c: replace(c, identity=change.identity), partitions_only=True)
    if change.identity is None:
        _drop_owned(draft, table.name, change.column)
    elif had is None and (known := draft.tables[table.name].column(change.column)):
        own_sequence(draft, table.name, known)


def _is_integer(type_: Type) -> bool:
    return type_.is_built_in and type_.name in _INTEGERS and not type_.dimensions


def _check_new_identity(table: Table, column: Column | None) -> None:
    if column is None or column.type == UNKNOWN_TYPE:
        return
    if not _is_integer(column.type):
        raise Refusal("identity column type must be smallint, integer, or bigint", "22023")
    if column.identity is not None:
        raise Refusal(f'column "{column.name}" of relation "{table.name.name}" is already an identity column', "55000")
    if column.default is not None or column.generated is not None:
        raise Refusal(f'column "{column.name}" already has a default value', "55000")
    if not column.not_null:
        raise Refusal(f'column "{column.name}" must be declared NOT NULL before identity can be added', "55000")


def _drop_owned(draft: Draft, table: Name, column: str) -> None:
    for user in list(draft.uses(table)):
        sequence = draft.sequences.get(user)
        if sequence is not None and sequence.owned_by == (table, column):
            draft.remove(sequence)


def set_generated(change: SetGenerated, draft: Draft) -> None:
    """SET EXPRESSION, DROP EXPRESSION. See ATExecSetExpression() and ATExecDropExpression() in tablecmds.c."""
    table = draft.table(change.table)
    column = table.column(change.column)
    if column is not None and column.generated is None:
        if change.if_exists:
            return
        draft.refuse(table.name, f'column "{change.column}" is not a generated column', "55000")
    if change.expression is None and draft.is_inherited(table, change.column):
        raise Refusal("cannot drop generation expression from inherited column", "42P16")
    _alter(draft, change.table, change.column, lambda c: replace(c, generated=change.expression))


def set_column_option(change: SetColumnOption, draft: Draft) -> None:
    """STORAGE, COMPRESSION, STATISTICS: nothing that a catalog shows, but the column must be there.

    See https://www.postgresql.org/docs/18/sql-altertable.html.
    """
    if draft.resolve(change.table) in draft.views:
        return
    table = draft.table(change.table)
    if table.column(change.column) is None and not table.open and not change.column.isdigit():
        refuse_missing(draft, table, change.column)


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    RetypeColumn: retype_column,
    SetNotNull: set_not_null,
    DropNotNull: drop_not_null,
    SetDefault: set_default,
    DropDefault: drop_default,
    SetIdentity: set_identity,
    SetGenerated: set_generated,
    SetColumnOption: set_column_option,
}
