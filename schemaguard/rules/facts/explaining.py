"""Why a finding on a contract is one: its row of the compatibility table, the catalog around it, the SQLSTATE."""

from collections.abc import Iterator, Sequence

from schemaguard.catalog.changes import (
    AddConstraint,
    AlterFunction,
    AttachPartition,
    Change,
    ChangeOwner,
    ChangeSymbol,
    CreateIndex,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropTable,
    InsertRows,
    MoveTable,
    RenameColumn,
    RenameEnumValue,
    RenameTable,
    RetypeColumn,
    RevokeAccess,
    SetInheritance,
    SetNotNull,
    SetRowSecurity,
    UpdateRows,
)
from schemaguard.catalog.excerpt import Line, changed, excerpt, surroundings
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.compatibility import Breakage
from schemaguard.contracts.compatibility.rows import Row, row
from schemaguard.contracts.compatibility.sqlstates import CONDITIONS
from schemaguard.finding import Explanation, SqlError
from schemaguard.rules.facts.context import Context

Signed = tuple[str, Line]
"""`-` or `+`, and the line."""


def explanation(context: Context, breakages: Sequence[Breakage]) -> Explanation:
    """The explanation of breakages of one object for one cause, by the change that is to blame."""
    first = breakages[0]
    lines = _about(first, context, _differing(first.table, context))
    return _explained(row(first.cause, *_hints(context)), first.cause, lines, tuple(_errors(breakages)))


def of_row(cause: str) -> Explanation:
    """The explanation where there is nothing but the row: what can't be read has no catalog after it."""
    return _explained(row(cause), cause, (), ())


def _explained(of: Row, cause: str, lines: Sequence[Signed], errors: tuple[SqlError, ...]) -> Explanation:
    return Explanation(
        change=of.change,
        reader=of.reader,
        writer=of.writer,
        cause=cause,
        before=tuple(line.text for sign, line in lines if sign == "-"),
        after=tuple(line.text for sign, line in lines if sign == "+"),
        diff=tuple(f"{sign} {line.text}" for sign, line in lines),
        errors=errors,
    )


def _hints(context: Context) -> tuple[str, ...]:
    """What the row's change says, where its cause has several rows."""
    match context.change:
        case RetypeColumn(table=name, column=column_name, type=new):
            table = context.before.table(name)
            old = table.column(column_name) if table is not None else None
            return (f"{old.type.name.partition(' ')[0] if old is not None else '?'} →", f"→ {new.name}")
        case DropDefault():
            return ("drop default",)
        case DropConstraint():
            return ("drop CHECK",)
        case DetachPartition() | DropTable():
            return ("DROP of a partition",)
        case RenameColumn() | RenameEnumValue():
            return ("among each other", "function of a trigger")
        case DropColumn() | AddConstraint() | CreateIndex() | SetNotNull() | SetRowSecurity():
            return ("function of a trigger",)
        case InsertRows() | UpdateRows() | AttachPartition() | SetInheritance():
            return ("that arrive",)
        case ChangeSymbol():
            return ("operator, cast",)
        case RevokeAccess(kind="function" | "procedure"):
            return ("REVOKE of a function",)
        case RevokeAccess() | AlterFunction() | ChangeOwner():
            return ("right lost",)
        case _:
            return ()


def _differing(relation: Name, context: Context) -> tuple[Signed, ...]:
    """What the change did to the relation; where that is a view that stays as it is, to what lies below it."""
    before, after = context.before, context.after
    name = before.resolve(relation)
    found = changed(excerpt(before, name), excerpt(after, _later(name, context.change)))
    if found:
        return found
    others = sorted(_changed_tables(before, after), key=str)
    lines = tuple(line for other in others for line in changed(excerpt(before, other), excerpt(after, other)))
    return lines or surroundings(before, after)


def _later(name: Name, change: Change) -> Name:
    match change:
        case RenameTable(to=to):
            return Name(to, name.schema)
        case MoveTable(schema=schema):
            return Name(name.name, schema)
        case _:
            return name


def _changed_tables(before: Catalog, after: Catalog) -> set[Name]:
    names = before.tables.keys() | after.tables.keys()
    return {name for name in names if before.tables.get(name) is not after.tables.get(name)}


def _about(breakage: Breakage, context: Context, lines: tuple[Signed, ...]) -> tuple[Signed, ...]:
    """The lines about the breakage's column, under whatever name; all of them where there is none, or none about it."""
    names = {breakage.column} | ({context.change.to} if isinstance(context.change, RenameColumn) else set())
    return tuple((sign, line) for sign, line in lines if names & line.columns) or lines


def _errors(breakages: Sequence[Breakage]) -> Iterator[SqlError]:
    seen: set[tuple[str, str]] = set()
    for each in breakages:
        sqlstate, to = each.sqlstate, "reader" if each.access == "read" else "writer"
        if each.refused_with is not None:
            sqlstate, to = each.refused_with, "migration"
        if sqlstate is not None and (sqlstate, to) not in seen:
            seen.add((sqlstate, to))
            yield SqlError(sqlstate, CONDITIONS[sqlstate], to)
