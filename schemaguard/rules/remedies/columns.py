"""Columns that are added and retyped without working through the rows under a strong lock."""

from schemaguard.catalog.changes import (
    AddColumn,
    AddConstraint,
    AlterSequence,
    CreateSequence,
    DropConstraint,
    RetypeColumn,
    SetDefault,
    ValidateConstraint,
)
from schemaguard.catalog.objects import Check, Name, Sequence
from schemaguard.frozen import replace
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.constraints import is_not_null, required
from schemaguard.rules.remedies.remedy import FollowUp, InBatches, Remedy
from schemaguard.sql.writing.identifiers import literal, written


def filled_later(change: AddColumn) -> Remedy | None:
    """The column without a value, which new rows get at once and old ones in batches."""
    column = change.column
    if column.default is None or change.constraints or change.if_not_exists:
        return None
    bare = replace(change, column=replace(column, default=None, not_null=False))
    now = (bare, SetDefault(change.table, column.name, column.default))
    later = filled(change, column.default)
    return Remedy("add it without a value, and let new rows get one from now on", now, later)


def numbered_later(change: AddColumn) -> Remedy | None:
    """The column with a sequence behind it: new rows are numbered at once, and old ones in batches."""
    column = change.column
    if change.constraints or change.if_not_exists:
        return None
    sequence = Name(f"{change.table.name}_{column.name}_seq", change.table.schema)
    default = f"nextval({literal(written(sequence))}::regclass)"
    bare = replace(column, identity=None, default=None, not_null=False)
    now = (
        CreateSequence(Sequence(sequence, column.type)),
        replace(change, column=bare, serial=False),
        SetDefault(change.table, column.name, default),
        AlterSequence(sequence, (change.table, column.name)),
    )
    numbered = replace(change, column=replace(column, not_null=True))
    return Remedy("add it without a number, and let new rows get one from now on", now, filled(numbered, default))


def filled(change: AddColumn, value: str, *, may_be_null: bool = False) -> tuple[FollowUp, ...]:
    """The revisions that give old rows the value, and then require one."""
    column = change.column
    some = InBatches(change.table, column.name, value, may_be_null)
    batches = FollowUp("fill the old rows, a batch a transaction", (some,))
    later = [batches]
    if column.not_null:
        check = is_not_null(change.table, column.name)
        assert check.name is not None
        batches = replace(batches, changes=(*batches.changes, AddConstraint(change.table, check)))
        later = [
            batches,
            FollowUp("require a value, which has been looked for", required(change.table, column.name, check.name)),
        ]
    return tuple(later)


def checked_later(change: RetypeColumn, context: Context) -> Remedy | None:
    """A harmless change of type, whose CHECKs are taken away for it and validated again later."""
    table = context.before.table(change.table)
    if table is None or context.facts.work.work != "scan":
        return None
    checks = [k for k in table.constraints if isinstance(k, Check) and k.valid and change.column in (k.columns or ())]
    names = [check.name for check in checks if check.name is not None]
    if len(names) != len(checks) or not names:
        return None
    dropped = tuple(DropConstraint(change.table, name) for name in names)
    added = tuple(AddConstraint(change.table, replace(check, valid=False)) for check in checks)
    validated = tuple(ValidateConstraint(change.table, name) for name in names)
    later = FollowUp("validate what is checked again, which reads and writes don't wait for", validated)
    return Remedy("take its CHECKs away for it, and add them NOT VALID", (*dropped, change, *added), (later,))
