"""The phase of a revision: what it does to those who use the database today."""

from schemaguard.catalog.changes import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterComposite,
    AlterDomain,
    AlterFunction,
    Change,
    CreateComposite,
    CreateDomain,
    CreateEnum,
    CreateExtension,
    CreateFunction,
    CreateIndex,
    CreatePolicy,
    CreateSchema,
    CreateSequence,
    CreateTable,
    CreateTrigger,
    CreateView,
    DeleteRows,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropNotNull,
    DropObject,
    DropTable,
    GrantAccess,
    InsertRows,
    MoveObject,
    MoveTable,
    Opaque,
    RenameColumn,
    RenameEnumValue,
    RenameObject,
    RenameTable,
    RetypeColumn,
    RevokeAccess,
    SetDefault,
    SetGenerated,
    SetIdentity,
    SetNotNull,
    SetRowSecurity,
    TruncateTable,
    Unreadable,
    UpdateRows,
)
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.types import Type
from schemaguard.history.absence import drops_nothing, finds_nothing
from schemaguard.history.revision import Phase, Run
from schemaguard.rules.facts.made import Made

_EXPANDS = (
    CreateTable, AddEnumValue, CreateComposite, CreateDomain, CreateEnum, CreateExtension, CreateFunction, CreateIndex,
    AlterFunction, CreateSchema, CreateSequence, CreateTrigger, CreateView, DropConstraint, DropNotNull, GrantAccess,
    SetDefault,
)  # fmt: skip
_CONTRACTS = (
    AddConstraint, AlterComposite, AlterDomain, CreatePolicy, DropColumn, DropDefault, DropObject, DropTable,
    RetypeColumn, RevokeAccess, SetGenerated, SetIdentity, SetNotNull, SetRowSecurity, TruncateTable,
)  # fmt: skip
_RENAMES = (MoveObject, MoveTable, RenameColumn, RenameEnumValue, RenameObject, RenameTable)
_FILLS = (InsertRows, UpdateRows, DeleteRows)
_UNKNOWN = (Opaque, Unreadable)


def phase(run: Run) -> Phase:
    """What the revision does as a whole: mixed where it both expands and contracts, or where nothing can be said."""
    found: set[Phase] = set()
    unknown = False
    made = Made()
    for step in run.steps:
        if finds_nothing(step.statement.sql, step.changes, step.before):
            continue
        for change in step.changes:
            if drops_nothing(change, step.before):
                continue
            unknown = unknown or isinstance(change, _UNKNOWN)
            found.update(phases(change, step.before, made))
            made = made.after(change, step.before)
    if {Phase.EXPAND, Phase.CONTRACT} <= found:
        return Phase.MIXED
    for one in (Phase.CONTRACT, Phase.EXPAND, Phase.BACKFILL):
        if one in found:
            return one
    return Phase.MIXED if unknown else Phase.NONE


def phases(change: Change, before: Catalog, made: Made) -> tuple[Phase, ...]:
    """What one change is: a rename both adds a name and takes one away; what acts on a table of its own only adds."""
    table = getattr(change, "table", None)
    if isinstance(table, Name) and before.resolve(table) in made.tables:
        # Whatever is done to a table of its own is part of making it.
        return (Phase.EXPAND,)
    match change:
        case AddColumn():
            return (Phase.CONTRACT,) if _is_required(change) else (Phase.EXPAND,)
        case RetypeColumn() if _is_widening(change, before):
            return (Phase.EXPAND,)
        case _ if isinstance(change, _RENAMES):
            return (Phase.EXPAND, Phase.CONTRACT)
        case _ if isinstance(change, _EXPANDS):
            return (Phase.EXPAND,)
        case _ if isinstance(change, _CONTRACTS):
            return (Phase.CONTRACT,)
        case _ if isinstance(change, _FILLS):
            return (Phase.BACKFILL,)
        case _:
            return ()


def _is_required(change: AddColumn) -> bool:
    column = change.column
    has_value = column.filling is not None or column.identity is not None or column.generated is not None
    return column.not_null and not has_value and not change.serial


def _is_widening(change: RetypeColumn, before: Catalog) -> bool:
    table = before.table(change.table)
    column = table.column(change.column) if table else None
    return column is not None and is_widening(column.type, change.type)


_INTEGERS = ("smallint", "integer", "bigint")
_TEXTS = ("character varying", "text")


def is_widening(old: Type, new: Type) -> bool:
    """Whether every value of the old type is one of the new type, in the same family and without a loss."""
    if old == new:
        return True
    if old.dimensions != new.dimensions:
        return False
    if old.name in _INTEGERS and new.name in _INTEGERS:
        return _INTEGERS.index(old.name) <= _INTEGERS.index(new.name)
    if old.name in _TEXTS and new.name in _TEXTS:
        return not new.modifiers or bool(old.modifiers and old.modifiers[0] <= new.modifiers[0])
    if old.name == new.name == "numeric":
        return not new.modifiers or _holds_digits(old.modifiers, new.modifiers)
    return False


def _holds_digits(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    if not old:
        return False
    (old_precision, old_scale), (new_precision, new_scale) = (*old, 0)[:2], (*new, 0)[:2]
    return new_scale >= old_scale and new_precision - new_scale >= old_precision - old_scale
