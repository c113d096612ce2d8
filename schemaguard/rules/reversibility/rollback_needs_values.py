"""rollback-needs-values: taking the change back meets rows that the old shape can't take."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropColumn, DropNotNull, RetypeColumn
from schemaguard.catalog.objects import Column
from schemaguard.catalog.retyping import retyping
from schemaguard.finding import Family, Severity
from schemaguard.history.declared_fill import is_filled
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.subject import subject
from schemaguard.rules.reversibility.taking_back import severity, taken_back
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    said = _missing(change, context) if taken_back(context) is not None else None
    if said is not None:
        yield Match(object=subject(change), message=said, severity=severity(change, context))


def _missing(change: Change, context: Context) -> str | None:
    if not isinstance(change, DropColumn | DropNotNull | RetypeColumn):
        return None
    table = context.before.table(change.table)
    column = table.column(change.column) if table is not None else None
    if column is None:
        return None
    if context.assumptions.with_guard and is_filled(context.run.comments, change.table, change.column, context.before):
        return None
    what = f"{change.table}.{change.column}"
    match change:
        case DropColumn() if column.not_null and not _fills_itself(column):
            return f"rows written without {what} have no value for it: it is NOT NULL and has no default"
        case DropNotNull() if column.not_null:
            return f"rows that hold NULL in {what} no longer fit once it is NOT NULL again"
        case RetypeColumn(type=new) if retyping(new, column.type).narrows and not retyping(column.type, new).loses:
            return f"values of {what} written as {new} may not fit {column.type} again"
        case _:
            return None


def _fills_itself(column: Column) -> bool:
    return column.filling is not None or column.identity is not None or column.generated is not None


RULE = Rule(
    id="rollback-needs-values",
    family=Family.REVERSIBILITY,
    severity=Severity.WARNING,
    when="a required column that goes, or a column that takes more than before: rows written since don't fit "
    "the old shape",
    effect="the rollback stops at the first such row, or has to invent a value",
    instead="say which value such rows get: give the column a default before, or declare a fill for the way back "
    "(# schemaguard: fill TABLE(COLUMN) = EXPRESSION), which the guard keeps",
    watches=(DropColumn, DropNotNull, RetypeColumn),
    check=_check,
)
