"""Relations and types under another name or in another schema, and everything that follows them there."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog.expressions import sequences
from schemaguard.catalog.fold.draft import Draft, parse_name, type_name
from schemaguard.catalog.fold.view_queries import with_relation_renamed
from schemaguard.catalog.objects import (
    Column,
    CompositeType,
    Domain,
    EnumType,
    ForeignKey,
    Index,
    Name,
    Sequence,
    Table,
    Trigger,
)
from schemaguard.catalog.types import Type, quote_identifier
from schemaguard.frozen import replace


def rename_relation(draft: Draft, old: Name, new: Name) -> None:
    """Rename or move a table, view, index or sequence; names made from the old name stay as they are.

    See RenameRelation() and AlterTableNamespace() in tablecmds.c.
    """
    if draft.is_relation(new):
        draft.refuse(new, f'relation "{new.name}" already exists', "42P07")
    table, view, index = draft.tables.get(old), draft.views.get(old), draft.indexes.get(old)
    sequence, composite = draft.sequences.get(old), draft.composites.get(old)
    if table is not None:
        _rename_table(draft, table, new)
    elif view is not None:
        draft.remove(view)
        draft.put(replace(view, name=new, triggers=tuple(map(renamed_trigger, view.triggers))))
        for own in draft.indexes_on(old):
            _move_index(draft, replace(own, table=new), own)
        _follow(draft, old, new)
    elif index is not None:
        rename_index(draft, index, new)
    elif sequence is not None:
        rename_sequence(draft, sequence, new)
    elif composite is not None:
        rename_type(draft, old, new)


def renamed_trigger(trigger: Trigger, **parts: Any) -> Trigger:
    """The trigger with another name in it somewhere: the server would spell it in another way."""
    return replace(trigger, **parts, definition=None)


def _rename_table(draft: Draft, table: Table, new: Name) -> None:
    old = table.name
    draft.remove(table)
    moved = replace(
        table,
        name=new,
        constraints=tuple(_retarget(c, old, new) for c in table.constraints),
        triggers=tuple(map(renamed_trigger, table.triggers)),
    )
    draft.put(moved)
    for index in draft.indexes_on(old):
        _move_index(draft, replace(index, table=new), index)
    for user in list(draft.uses(old)):
        sequence = draft.sequences.get(user)
        if sequence is not None and sequence.owned_by is not None and sequence.owned_by[0] == old:
            owned = replace(sequence, owned_by=(new, sequence.owned_by[1]))
            draft.put(owned)
            if new.schema != old.schema:
                rename_sequence(draft, owned, Name(owned.name.name, new.schema))
    _follow(draft, old, new)
    _retype_users(draft, old, new)


def _move_index(draft: Draft, index: Index, was: Index) -> None:
    """The index of a table or view that now stands elsewhere: it goes along to another schema."""
    name = Name(was.name.name, index.table.schema)
    draft.remove(was)
    draft.put(replace(index, name=name))


def _retarget(constraint: Any, old: Name, new: Name) -> Any:
    if isinstance(constraint, ForeignKey) and constraint.ref_table == old:
        return replace(constraint, ref_table=new)
    return constraint


def _follow(draft: Draft, old: Name, new: Name) -> None:
    """Point everything that refers to the relation to its new name."""
    for user in list(draft.uses(old)):
        table, view = draft.tables.get(user), draft.views.get(user)
        if table is not None:
            draft.put(
                replace(
                    table,
                    constraints=tuple(_retarget(c, old, new) for c in table.constraints),
                    partition_of=new if table.partition_of == old else table.partition_of,
                    inherits=tuple(new if parent == old else parent for parent in table.inherits),
                )
            )
        if view is not None:
            reads = frozenset((new if name == old else name, column) for name, column in view.reads)
            draft.put(replace(with_relation_renamed(draft, view, old, new), reads=reads))


def rename_index(draft: Draft, index: Index, new: Name) -> None:
    """Rename an index, and the constraint that it stands for. See RenameRelationInternal() in tablecmds.c."""
    owner = draft.tables.get(index.table)
    if index.constraint is not None and owner is not None and owner.constraint(new.name) is not None:
        draft.refuse(owner.name, f'constraint "{new.name}" for relation "{owner.name.name}" already exists', "42710")
    draft.remove(index)
    draft.put(replace(index, name=new, constraint=new.name if index.constraint else None))
    table = draft.tables.get(index.table)
    if index.constraint is not None and table is not None:
        constraints = (replace(c, name=new.name) if c.name == index.constraint else c for c in table.constraints)
        draft.put(replace(table, constraints=tuple(constraints)))


def rename_sequence(draft: Draft, sequence: Sequence, new: Name) -> None:
    """Rename a sequence, also where defaults draw from it."""
    for user in list(draft.uses(sequence.name)):
        table = draft.tables.get(user)
        if table is not None:
            columns = tuple(_redrawn(draft, column, sequence.name, new) for column in table.columns)
            draft.put(replace(table, columns=columns))
    draft.remove(sequence)
    draft.put(replace(sequence, name=new))


def spelled(name: Name) -> str:
    """The name as the server prints it where only `public` is on the search_path."""
    own = quote_identifier(name.name)
    return own if name.schema in (None, "public") else f"{quote_identifier(name.schema or '')}.{own}"


def _redrawn(draft: Draft, column: Column, old: Name, new: Name) -> Column:
    for text in sequences(column.default):
        found = parse_name(text)
        if column.default is not None and found is not None and draft.resolve(found) == old:
            return replace(column, default=column.default.replace(f"'{text}'", f"'{spelled(new)}'"))
    return column


def rename_type(draft: Draft, old: Name, new: Name) -> None:
    """Rename or move an enum, domain or composite type, also in the columns that use it.

    See RenameType() in typecmds.c.
    """
    if draft.is_type(new):
        draft.refuse(new, f'type "{new.name}" already exists', "42710")
    for held in (draft.enums, draft.domains, draft.composites):
        value: EnumType | Domain | CompositeType | None = held.get(old)
        if value is not None:
            draft.remove(value)
            _put_renamed(draft, value, new)
    _retype_users(draft, old, new)


def _put_renamed(draft: Draft, value: EnumType | Domain | CompositeType, new: Name) -> None:
    match value:
        case EnumType():
            draft.put(replace(value, name=new))
        case Domain():
            draft.put(replace(value, name=new))
        case CompositeType():
            draft.put(replace(value, name=new))


def _retype_users(draft: Draft, old: Name, new: Name) -> None:
    def become(type_: Type) -> Type:
        return replace(type_, name=new.name, schema=new.schema) if type_name(type_) == old else type_

    for user in list(draft.uses(old)):
        table, domain, composite = draft.tables.get(user), draft.domains.get(user), draft.composites.get(user)
        if table is not None:
            draft.put(replace(table, columns=_retyped(table.columns, become)))
        if domain is not None:
            draft.put(replace(domain, base=become(domain.base)))
        if composite is not None:
            draft.put(replace(composite, columns=_retyped(composite.columns, become)))


def _retyped(columns: tuple[Column, ...], become: Callable[[Type], Type]) -> tuple[Column, ...]:
    return tuple(replace(column, type=become(column.type)) for column in columns)
