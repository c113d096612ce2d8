"""A column gets another name, everywhere it is named."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog import expressions
from schemaguard.catalog.changes import (
    RenameColumn,
)
from schemaguard.catalog.fold.columns import refuse_missing
from schemaguard.catalog.fold.draft import Draft, unlisted_column
from schemaguard.catalog.fold.movement import renamed_trigger
from schemaguard.catalog.fold.view_queries import with_column_renamed
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
from schemaguard.frozen import replace


def rename_column(change: RenameColumn, draft: Draft) -> None:
    """RENAME COLUMN, and the new name wherever the server shows it. See renameatt() in tablecmds.c."""
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
            refuse_missing(draft, table, change.column)
        known = unlisted_column(to)
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
        triggers=tuple(renamed_trigger(t, columns=_put(t.columns, old, new)) for t in table.triggers),
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
            draft.put(replace(with_column_renamed(draft, view, relation, (old, new)), reads=reads))


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    RenameColumn: rename_column,
}
