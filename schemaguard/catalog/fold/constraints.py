"""Changes of constraints."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog.changes import (
    AddConstraint,
    AlterConstraint,
    DropConstraint,
    RenameConstraint,
    ValidateConstraint,
)
from schemaguard.catalog.fold.cascade import constraint_seed
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.fold.keys import add_constraints, add_key, refuse_repeated
from schemaguard.catalog.fold.removal import remove_all
from schemaguard.catalog.names import make_name
from schemaguard.catalog.objects import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Name,
    PrimaryKey,
    Table,
    Unique,
)
from schemaguard.catalog.refusal import Refusal
from schemaguard.frozen import replace


def add_constraint(change: AddConstraint, draft: Draft) -> None:
    """ADD CONSTRAINT. See ATExecAddConstraint() in tablecmds.c."""
    table = draft.table(change.table)
    if table.name not in draft.tables:
        draft.put(table)
    if change.using_index is not None and isinstance(change.constraint, PrimaryKey | Unique):
        _take_over(draft, table, change.constraint, change.using_index)
        return
    add_constraints(draft, table, (change.constraint,), only=change.only)


def _take_over(draft: Draft, table: Table, key: PrimaryKey | Unique, index_name: str) -> None:
    index = draft.indexes.get(Name(index_name, table.name.schema))
    if index is None:
        full = Name(index_name, table.name.schema)
        if not table.open and table.name in draft.tables:
            draft.refuse(full, f'index "{index_name}" does not exist', "42704")
        draft.put(replace(table, constraints=(*table.constraints, replace(key, name=key.name or index_name))))
        return
    if index.table != table.name:
        raise Refusal(f'index "{index_name}" does not belong to table "{table.name.name}"', "55000")
    columns = tuple(k.column for k in index.keys if k.column is not None)
    if index.constraint is not None:
        raise Refusal(f'index "{index_name}" is already associated with a constraint', "55000")
    if not index.unique or index.predicate is not None or len(columns) != len(index.keys):
        raise Refusal(f'"{index_name}" is not a plain unique index', "42809")
    if any(key.descending or key.opclass or key.collation for key in index.keys):
        raise Refusal(f'index "{index_name}" does not have default sorting behavior', "42809")
    if not index.valid:
        raise Refusal(f'index "{index_name}" is not valid', "55000")
    key = replace(key, columns=columns, include=index.include)
    if isinstance(key, Unique):
        key = replace(key, nulls_distinct=index.nulls_distinct)
    add_key(draft, table.name, key, using=index)


def drop_constraint(change: DropConstraint, draft: Draft) -> None:
    """DROP CONSTRAINT. See ATExecDropConstraint() in tablecmds.c."""
    table = draft.table(change.table)
    constraint = table.constraint(change.constraint)
    if constraint is not None:
        if is_inherited(draft, table, constraint):
            message = f'cannot drop inherited constraint "{change.constraint}" of relation "{table.name.name}"'
            raise Refusal(message, "42P16")
        remove_all(draft, constraint_seed(table.name, change.constraint), cascade=change.cascade)
        return
    # From 18 on NOT NULL is a constraint with a name of its own; nobody names it but the server.
    for column in table.columns:
        if column.not_null and make_name(table.name.name, column.name, "not_null") == change.constraint:
            draft.put(table.with_column(replace(column, not_null=False)))
            return
    if not change.if_exists and not table.open:
        message = f'constraint "{change.constraint}" of relation "{table.name.name}" does not exist'
        draft.refuse(table.name, message, "42704")
    if table.name not in draft.tables:
        draft.put(table)


def is_inherited(draft: Draft, table: Table, constraint: Constraint) -> bool:
    """Whether the constraint came from a parent that still has it."""
    for parent in draft.parents(table):
        for other in parent.constraints:
            match constraint, other:
                case Check(name=own), Check(name=above, no_inherit=False) if own == above:
                    return True
                case ((PrimaryKey() | Unique() | ForeignKey()), _) if table.partition_of is not None:
                    if replace(other, name=None) == replace(constraint, name=None):
                        return True
                case _:
                    pass
    return False


def with_constraint(table: Table, name: str, become: Callable[[Any], Constraint]) -> Table:
    """The table with the constraint of that name replaced by what `become` makes of it."""
    return replace(table, constraints=tuple(become(c) if c.name == name else c for c in table.constraints))


def _tree(draft: Draft, table: Table) -> list[Table]:
    found = [table]
    for child in draft.children(table.name):
        found.extend(_tree(draft, child))
    return found


def validate_constraint(change: ValidateConstraint, draft: Draft) -> None:
    """VALIDATE CONSTRAINT. See ATExecValidateConstraint() in tablecmds.c."""
    table = _with_known_constraint(draft, change.table, change.constraint)
    if isinstance(table.constraint(change.constraint), PrimaryKey | Unique | Exclusion):
        raise Refusal(f'cannot validate constraint "{change.constraint}" of relation "{table.name.name}"', "42809")
    for each in _tree(draft, table):
        if isinstance(each.constraint(change.constraint), Check | ForeignKey):
            draft.put(with_constraint(each, change.constraint, lambda c: replace(c, valid=True)))


def _with_known_constraint(draft: Draft, name: Name, constraint: str) -> Table:
    table = draft.table(name)
    is_known = table.constraint(constraint) is not None or constraint.endswith("_not_null")
    if not is_known and not table.open:
        message = f'constraint "{constraint}" for table "{table.name.name}" does not exist'
        draft.refuse(table.name, message, "42704")
    return table


def rename_constraint(change: RenameConstraint, draft: Draft) -> None:
    """RENAME CONSTRAINT, which renames the index behind it too. See RenameConstraint() in tablecmds.c."""
    table = _with_known_constraint(draft, change.table, change.constraint)
    old, to = table.constraint(change.constraint), change.to
    if old is None:
        return
    refuse_repeated(draft, table, to)
    if isinstance(old, Check) and is_inherited(draft, table, old):
        raise Refusal(f'cannot rename inherited constraint "{change.constraint}"', "42P16")
    if not isinstance(old, Check | ForeignKey) and draft.is_relation(Name(to, table.name.schema)):
        draft.refuse(Name(to, table.name.schema), f'relation "{to}" already exists', "42P07")
    trees = _tree(draft, table) if isinstance(old, Check) else [table]
    for each in trees:
        draft.put(with_constraint(each, change.constraint, lambda c: replace(c, name=to)))
    index = draft.indexes.get(Name(change.constraint, table.name.schema))
    if index is not None and index.table == table.name and index.constraint == change.constraint:
        draft.remove(index)
        draft.put(replace(index, name=Name(to, table.name.schema), constraint=to))


def alter_constraint(change: AlterConstraint, draft: Draft) -> None:
    """ALTER CONSTRAINT: when it is checked. See ATExecAlterConstraint() in tablecmds.c."""
    table = _with_known_constraint(draft, change.table, change.constraint)
    deferrable = change.deferrable or change.initially_deferred
    for each in [table, *(child for child in draft.children(table.name) if child.partition_of == table.name)]:
        if isinstance(each.constraint(change.constraint), ForeignKey):
            timing = {"deferrable": deferrable, "initially_deferred": change.initially_deferred}
            draft.put(with_constraint(each, change.constraint, lambda c: replace(c, **timing)))  # noqa: B023 - called at once


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    AddConstraint: add_constraint,
    DropConstraint: drop_constraint,
    ValidateConstraint: validate_constraint,
    RenameConstraint: rename_constraint,
    AlterConstraint: alter_constraint,
}
