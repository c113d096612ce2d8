"""Columns: added, dropped, renamed and altered, down to partitions, children, indexes, constraints and views."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from schemaguard.catalog import expressions
from schemaguard.catalog.cascade import Gone
from schemaguard.catalog.changes import (
    AddColumn,
    DropColumn,
    DropDefault,
    DropNotNull,
    RenameColumn,
    RetypeColumn,
    SetColumnOption,
    SetDefault,
    SetGenerated,
    SetIdentity,
    SetNotNull,
)
from schemaguard.catalog.fold.assigning import converts, require_default_fits
from schemaguard.catalog.fold.constraints import add_constraints
from schemaguard.catalog.fold.creation import own_column, own_sequence, require_own_values, stored_default
from schemaguard.catalog.fold.draft import UNKNOWN_TYPE, Draft
from schemaguard.catalog.fold.removal import remove_all
from schemaguard.catalog.names import expression_name
from schemaguard.catalog.objects import (
    Check,
    Column,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    IndexKey,
    Name,
    PrimaryKey,
    Table,
    Unique,
    View,
)
from schemaguard.catalog.refusal import Refusal
from schemaguard.catalog.types import Type

_INTEGERS = ("smallint", "integer", "bigint")


def add_column(change: AddColumn, draft: Draft) -> None:
    """ADD COLUMN, with its sequence and the constraints written on it."""
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
    """DROP COLUMN, with its indexes, constraints and owned sequences."""
    table = draft.table(change.table)
    column = table.column(change.column)
    if column is None:
        if table.open:
            draft.put(replace(table, absent=table.absent | {change.column}))
        elif not change.if_exists:
            _refuse_missing(draft, table, change.column)
        return
    if draft.is_inherited(table, column.name):
        raise Refusal(f'cannot drop inherited column "{change.column}"', "42P16")
    if change.column in table.partition_key:
        message = f'cannot drop column "{change.column}" because it is part of the partition key'
        raise Refusal(message, "42P16")
    remove_all(draft, (Gone("column", table.name, change.column),), cascade=change.cascade)


def _refuse_missing(draft: Draft, table: Table, column: str) -> None:
    draft.refuse(table.name, f'column "{column}" of relation "{table.name.name}" does not exist', "42703")


# Renames


def rename_column(change: RenameColumn, draft: Draft) -> None:
    """RENAME COLUMN, and the new name wherever the server shows it."""
    name, to = draft.resolve(change.table), change.to
    view = draft.views.get(name)
    if view is not None:
        _rename_view_column(draft, view, change.column, to)
        return
    table = draft.table(change.table)
    if table.column(to) is not None:
        message = f'column "{to}" of relation "{table.name.name}" already exists'
        draft.refuse(table.name, message, "42701")
    column = table.column(change.column)
    if column is None:
        if not table.open or change.column in table.absent:
            _refuse_missing(draft, table, change.column)
        known = Column(to, UNKNOWN_TYPE)
        draft.put(replace(table, columns=(*table.columns, known), absent=(table.absent | {change.column}) - {to}))
    elif draft.is_inherited(table, column.name):
        raise Refusal(f'cannot rename inherited column "{change.column}"', "42P16")
    _rename_in_tree(draft, table.name, change.column, to)


def _rename_view_column(draft: Draft, view: View, old: str, new: str) -> None:
    if view.columns is not None:
        if not any(column.name == old for column in view.columns):
            draft.refuse(view.name, f'column "{old}" does not exist', "42703")
        columns = tuple(replace(c, name=new) if c.name == old else c for c in view.columns)
        draft.put(replace(view, columns=columns))
    _rename_reads(draft, view.name, old, new)


def _rename_in_tree(draft: Draft, name: Name, old: str, new: str) -> None:
    draft.put(renamed_table(draft.tables[name], old, new))
    for index in draft.indexes_on(name):
        draft.put(_renamed_index(index, old, new))
    for user in list(draft.uses(name)):
        _rename_in_user(draft, user, name, (old, new))
    _rename_reads(draft, name, old, new)
    for child in list(draft.children(name)):
        if child.column(old) is not None:
            _rename_in_tree(draft, child.name, old, new)


def renamed_table(table: Table, old: str, new: str) -> Table:
    """The table with the column renamed everywhere inside of it."""
    absent = (table.absent | {old}) - {new} if table.open else table.absent
    return replace(
        table,
        columns=tuple(_renamed_column(column, old, new) for column in table.columns),
        constraints=tuple(_renamed_constraint(c, table.name, old, new) for c in table.constraints),
        partition_key=_put(table.partition_key, old, new),
        partition_by=expressions.renamed(table.partition_by, old, new) if table.partition_by else None,
        triggers=tuple(replace(t, columns=_put(t.columns, old, new)) for t in table.triggers),
        policies=tuple(
            replace(p, using=_text(p.using, old, new), check=_text(p.check, old, new)) for p in table.policies
        ),
        grants=tuple(replace(g, columns=_put(g.columns, old, new)) for g in table.grants),
        absent=absent,
    )


def _put(names: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if name == old else name for name in names)


def _text(text: str | None, old: str, new: str) -> str | None:
    return expressions.renamed(text, old, new) if text is not None else None


def _renamed_column(column: Column, old: str, new: str) -> Column:
    if column.name == old:
        return replace(column, name=new)
    return replace(column, generated=_text(column.generated, old, new)) if column.generated else column


def _renamed_constraint(constraint: Constraint, table: Name, old: str, new: str) -> Constraint:
    match constraint:
        case PrimaryKey() | Unique():
            is_key = old in constraint.columns
            return replace(
                constraint,
                columns=_put(constraint.columns, old, new),
                include=_put(constraint.include, old, new),
                made_as=constraint.made_as or (constraint.columns if is_key else ()),
            )
        case ForeignKey():
            ref = _put(constraint.ref_columns, old, new) if constraint.ref_table == table else constraint.ref_columns
            return replace(constraint, columns=_put(constraint.columns, old, new), ref_columns=ref)
        case Check():
            definition = expressions.renamed(constraint.definition, old, new)
            return replace(constraint, definition=definition, columns=_put(constraint.columns, old, new))
        case Exclusion():
            elements = tuple((expressions.renamed(e, old, new), operator) for e, operator in constraint.elements)
            return replace(constraint, elements=elements, predicate=_text(constraint.predicate, old, new))


def _renamed_index(index: Index, old: str, new: str) -> Index:
    keys = tuple(
        IndexKey(
            new if key.column == old else key.column,
            _text(key.expression, old, new),
            key.descending,
            key.opclass,
            key.collation,
            _put(key.columns, old, new),
            key.made_as or key.column or expression_name(key.expression or ""),
        )
        for key in index.keys
    )
    return replace(
        index,
        keys=keys,
        predicate=_text(index.predicate, old, new),
        predicate_columns=_put(index.predicate_columns, old, new),
        include=_put(index.include, old, new),
        include_made_as=index.include_made_as or index.include,
    )


def _rename_in_user(draft: Draft, user: Name, table: Name, names: tuple[str, str]) -> None:
    """The foreign keys that point at the column, and the sequence that it owns."""
    old, new = names
    other, sequence = draft.tables.get(user), draft.sequences.get(user)
    if sequence is not None and sequence.owned_by == (table, old):
        draft.put(replace(sequence, owned_by=(table, new)))
    if other is not None and user != table:
        constraints = tuple(
            replace(c, ref_columns=_put(c.ref_columns, old, new))
            if isinstance(c, ForeignKey) and c.ref_table == table
            else c
            for c in other.constraints
        )
        draft.put(replace(other, constraints=constraints))


def _rename_reads(draft: Draft, relation: Name, old: str, new: str) -> None:
    for user in list(draft.uses(relation)):
        view = draft.views.get(user)
        if view is not None and (relation, old) in view.reads:
            reads = (view.reads - {(relation, old)}) | {(relation, new)}
            draft.put(replace(view, reads=reads))


# Alterations of one column


def _alter(
    draft: Draft, name: Name, column: str, become: Callable[[Column], Column], *, partitions_only: bool = False
) -> None:
    """Change the column in the table and in every partition and child that has it."""
    table = draft.table(name)
    known = table.column(column)
    if known is None:
        if not table.open or column in table.absent:
            _refuse_missing(draft, table, column)
            return
        known = Column(column, UNKNOWN_TYPE)
        table = replace(table, columns=(*table.columns, known))
    draft.put(table.with_column(become(known)))
    for child in list(draft.children(table.name)):
        if child.column(column) is not None and (child.partition_of is not None or not partitions_only):
            _alter(draft, child.name, column, become, partitions_only=partitions_only)


def retype_column(change: RetypeColumn, draft: Draft) -> None:
    """ALTER COLUMN … TYPE; a view or a generated column that reads it makes the server refuse."""
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
    _alter(draft, change.table, column, lambda c: replace(c, type=type_, collation=collation))
    _retype_sequence(draft, table.name, column)


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
    """SET NOT NULL."""
    _alter(draft, change.table, change.column, lambda c: replace(c, not_null=True))


def drop_not_null(change: DropNotNull, draft: Draft) -> None:
    """DROP NOT NULL; not from a key, an identity column, or where a parent wants it."""
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
    """SET DEFAULT, of a table's column or a view's."""
    if draft.resolve(change.table) in draft.views:
        return
    column = draft.table(change.table).column(change.column)
    _require_plain(column)
    if column is not None:
        require_default_fits(draft, draft.table(change.table).name, column.name, column.type, change.default)
    _alter(draft, change.table, change.column, lambda c: replace(c, default=stored_default(draft, c, change.default)))


def drop_default(change: DropDefault, draft: Draft) -> None:
    """DROP DEFAULT."""
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
    """ADD GENERATED AS IDENTITY, SET GENERATED, DROP IDENTITY, with the sequence."""
    table = draft.table(change.table)
    column = table.column(change.column)
    had = column.identity if column is not None else None
    if column is None and not table.open:
        _refuse_missing(draft, table, change.column)
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
    """SET EXPRESSION, DROP EXPRESSION."""
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
    """STORAGE, COMPRESSION, STATISTICS: nothing that a catalog shows, but the column must be there."""
    table = draft.table(change.table)
    if table.column(change.column) is None and not table.open and not change.column.isdigit():
        _refuse_missing(draft, table, change.column)


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    AddColumn: add_column,
    DropColumn: drop_column,
    RenameColumn: rename_column,
    RetypeColumn: retype_column,
    SetNotNull: set_not_null,
    DropNotNull: drop_not_null,
    SetDefault: set_default,
    DropDefault: drop_default,
    SetIdentity: set_identity,
    SetGenerated: set_generated,
    SetColumnOption: set_column_option,
}
