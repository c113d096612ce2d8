"""ALTER TABLE ONLY: the children of a table stay as they are, or the server says that they may not.

See https://www.postgresql.org/docs/18/sql-altertable.html.
"""

from collections.abc import Iterator
from typing import TypeGuard

from schemaguard.catalog.changes import (
    AddColumn,
    AddConstraint,
    Change,
    DropColumn,
    DropDefault,
    DropNotNull,
    RenameColumn,
    RetypeColumn,
    SetDefault,
    SetIdentity,
    SetNotNull,
)
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.objects import Check, Name, Table
from schemaguard.frozen import replace


class OnlyDraft(Draft):
    """A draft in which tables have no children."""

    def children(self, table: Name) -> Iterator[Table]:  # noqa: ARG002 - whatever the table
        """None."""
        return iter(())


_ONLY = (
    AddColumn, DropColumn, RenameColumn, RetypeColumn, SetNotNull, DropNotNull, SetDefault, DropDefault, SetIdentity,
    AddConstraint,
)  # fmt: skip
Lonely = (
    AddColumn | DropColumn | RenameColumn | RetypeColumn | SetNotNull | DropNotNull | SetDefault | DropDefault
    | SetIdentity | AddConstraint
)  # fmt: skip


def is_only(change: Change) -> TypeGuard[Lonely]:
    """Whether the change leaves the children alone; a key's constraint says by itself what it does to partitions."""
    if isinstance(change, AddConstraint) and not isinstance(change.constraint, Check):
        return False
    return isinstance(change, _ONLY) and change.only


def alone(change: Lonely, draft: Draft) -> OnlyDraft:
    """The draft for a change of a table without its children; what they have of the column is theirs from then on.

    Raises Refusal (42P16) where the children would have to follow.

    See https://www.postgresql.org/docs/18/ddl-inherit.html.
    """
    table = draft.resolve(change.table)
    children = list(draft.children(table))
    if children:
        message = _refused(change, any(child.partition_of == table for child in children))
        if message is not None:
            draft.refuse(table, message, "42P16")
    found = OnlyDraft(draft.freeze())
    if isinstance(change, DropColumn):
        for child in children:
            column = child.column(change.column)
            if column is not None:
                found.put(child.with_column(replace(column, is_local=True)))
    return found


def _refused(change: Change, has_partitions: bool) -> str | None:
    match change:
        case AddColumn():
            return "column must be added to child tables too"
        case RenameColumn(column=column):
            return f'inherited column "{column}" must be renamed in child tables too'
        case RetypeColumn(column=column):
            return f'type of inherited column "{column}" must be changed in child tables too'
        case AddConstraint(constraint=Check(no_inherit=False)):
            return "constraint must be added to child tables too"
        case DropColumn() if has_partitions:
            return "cannot drop column from only the partitioned table when partitions exist"
        case SetNotNull() if has_partitions:
            return "constraint must be added to child tables too"
        case _:
            return None
