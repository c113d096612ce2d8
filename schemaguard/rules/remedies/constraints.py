"""Constraints that are added without a look at the rows now, and validated beside readers and writers later."""

from collections.abc import Iterable
from typing import TypeVar

from schemaguard.catalog.changes import (
    AddColumn,
    AddConstraint,
    Change,
    CreateIndex,
    DropConstraint,
    DropNotNull,
    SetNotNull,
    ValidateConstraint,
)
from schemaguard.catalog.names import truncate
from schemaguard.catalog.objects import Check, Constraint, ForeignKey, Index, IndexKey, Name, PrimaryKey, Unique
from schemaguard.catalog.proofs import proves_not_null
from schemaguard.frozen import replace
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.remedy import FollowUp, Remedy

Made = TypeVar("Made", bound=Constraint)
_VALIDATE = "validate it, which reads and writes don't wait for"
_NOT_VALID = "add it NOT VALID, which holds for new rows at once, and look at the old ones later"


def validated_later(change: AddConstraint | AddColumn, context: Context) -> Remedy | None:
    """A CHECK or foreign key that is added NOT VALID now, and validated in a later revision."""
    table = context.before.table(change.table)
    is_partitioned = table is not None and table.partition_by is not None
    found = [named(one, change.table, context) for one in _scanned(change)]
    made = [one for one in found if one is not None and one.name is not None]
    if len(made) != len(found) or not made:
        return None
    if is_partitioned and context.assumptions.postgresql < 18 and any(isinstance(one, ForeignKey) for one in made):
        return None  # PostgreSQL 18 is the first that knows it: https://www.postgresql.org/docs/18/sql-altertable.html
    added = [AddConstraint(change.table, replace(one, valid=False)) for one in made]
    now: tuple[Change, ...] = (*_rest(change, _scanned(change)), *added)
    validated = tuple(ValidateConstraint(change.table, one.name) for one in made if one.name is not None)
    return Remedy(_NOT_VALID, now, (FollowUp(_VALIDATE, validated),))


def _scanned(change: AddConstraint | AddColumn) -> list[Check | ForeignKey]:
    constraints = (change.constraint,) if isinstance(change, AddConstraint) else change.constraints
    return [one for one in constraints if isinstance(one, Check | ForeignKey) and one.valid]


def _rest(change: AddConstraint | AddColumn, taken: Iterable[Constraint]) -> tuple[Change, ...]:
    """What is left of adding a column when some of its constraints are added on their own."""
    if isinstance(change, AddConstraint):
        return ()
    gone = list(taken)
    return (replace(change, constraints=tuple(one for one in change.constraints if one not in gone)),)


def named(constraint: Made, table: Name, context: Context) -> Made | None:
    """The constraint with the name that the server gives it, as the change makes it; None where it makes none."""
    before, after = context.before.table(table), context.after.table(table)
    known = frozenset(one.name for one in before.constraints) if before is not None else frozenset()
    for made in after.constraints if after is not None else ():
        if made.name not in known and type(made) is type(constraint) and _is(constraint, made):
            return replace(constraint, name=made.name)
    return None


def _is(written: Constraint, made: Constraint) -> bool:
    if written.name is not None:
        return written.name == made.name
    match written, made:
        case Check(), Check():
            return written.definition == made.definition
        case ((PrimaryKey() | Unique() | ForeignKey()), (PrimaryKey() | Unique() | ForeignKey())):
            return written.columns == made.columns
        case _:
            return False


def over_index(change: AddConstraint | AddColumn, context: Context) -> Remedy | None:
    """A key whose index is built beside those who write, and which then takes that index over."""
    table = context.before.table(change.table)
    key = _key(change)
    made = named(key, change.table, context) if key is not None else None
    if table is None or table.partition_by is not None or made is None or made.name is None or made.without_overlaps:
        return None
    if isinstance(change, AddConstraint) and (change.only or change.using_index is not None):
        return None
    if isinstance(made, PrimaryKey):
        unproven = [column for column in made.columns if not proves_not_null(table, column)]
        if unproven:
            return _primary_key(change, made, unproven) if isinstance(change, AddConstraint) else None
    title = "build its index beside those who write, outside of a transaction, and let the constraint take it over"
    return Remedy(title, (*_rest(change, (key,) if key is not None else ()), *_built(change.table, made)))


def _key(change: AddConstraint | AddColumn) -> PrimaryKey | Unique | None:
    constraints = (change.constraint,) if isinstance(change, AddConstraint) else change.constraints
    return next((one for one in constraints if isinstance(one, PrimaryKey | Unique)), None)


def _built(table: Name, key: PrimaryKey | Unique) -> tuple[Change, ...]:
    assert key.name is not None
    distinct = key.nulls_distinct if isinstance(key, Unique) else True
    keys = tuple(IndexKey(column) for column in key.columns)
    name = Name(key.name)
    index = Index(name, table, keys, unique=True, include=key.include, nulls_distinct=distinct)
    return (CreateIndex(index, name, concurrently=True), AddConstraint(table, key, using_index=key.name))


def _primary_key(change: AddConstraint, key: PrimaryKey, unproven: list[str]) -> Remedy:
    """A primary key over columns that may hold NULL: first it has to be known that they don't."""
    checks = [is_not_null(change.table, column) for column in unproven]
    now = tuple(AddConstraint(change.table, check) for check in checks)
    validated = tuple(ValidateConstraint(change.table, check.name or "") for check in checks)
    required = tuple(SetNotNull(change.table, column) for column in unproven)
    dropped = tuple(DropConstraint(change.table, check.name or "") for check in checks)
    later = FollowUp(
        "validate that, build its index beside those who write, and let the key take it over",
        (*validated, *required, *dropped, *_built(change.table, key)),
        (DropConstraint(change.table, key.name or ""),),
    )
    title = "first require the values of new rows, without a look at the old ones"
    return Remedy(title, now, (later,), undo=_dropped_if_there(change.table, checks))


def is_not_null(table: Name, column: str) -> Check:
    """The CHECK, not validated, that no new row leaves the column NULL."""
    from schemaguard.sql.writing.identifiers import quote

    name = truncate(f"{table.name}_{column}_not_null")
    return Check(name, f"{quote(column)} IS NOT NULL", (column,), valid=False)


def required_later(change: SetNotNull, context: Context) -> Remedy | None:
    """SET NOT NULL behind a CHECK that was validated beside readers and writers, which spares it the scan."""
    if not change.valid or change.constraint is not None:
        return None
    table = context.before.table(change.table)
    check = is_not_null(change.table, change.column)
    assert check.name is not None
    if table is not None and table.constraint(check.name) is not None:
        return None
    later = FollowUp(
        "validate that, which reads and writes don't wait for; SET NOT NULL needs no scan then",
        required(change.table, change.column, check.name),
        (DropNotNull(change.table, change.column),),
    )
    now = (AddConstraint(change.table, check),)
    title = "require it of new rows by a CHECK that is NOT VALID, and look at the old ones later"
    return Remedy(title, now, (later,), undo=_dropped_if_there(change.table, [check]))


def required(table: Name, column: str, check: str) -> tuple[Change, ...]:
    """NOT NULL behind a CHECK that is there and not validated: the scan happens beside readers and writers."""
    return (ValidateConstraint(table, check), SetNotNull(table, column), DropConstraint(table, check))


def _dropped_if_there(table: Name, checks: Iterable[Check]) -> tuple[Change, ...]:
    return tuple(DropConstraint(table, check.name or "", if_exists=True) for check in checks)


def moved_later(title: str, context: Context) -> Remedy:
    """The change as it is, in a revision of its own."""
    return Remedy("leave it to a revision of its own", (), (FollowUp(title, (context.change,)),))
