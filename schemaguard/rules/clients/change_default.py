"""change-default: a column that existed before gets another default."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AlterDomain, Change, SetColumnOption, SetDefault
from schemaguard.catalog.diff import same_spelling
from schemaguard.catalog.objects import Column
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import default_of_another
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if (what := default_of_another(context, "set default")) is not None:
        yield Match(object=what, message=f"the default of {what} changes")
    if not isinstance(change, SetDefault) or not context.column_existed_before(change.table, change.column):
        return
    table = context.before.table(change.table)
    column = table.column(change.column) if table is not None else None
    if column is not None and column.is_listed and _changes_nothing(column, change.default):
        return
    what = f"{change.table}.{change.column}"
    was = f" from {column.filling}" if column is not None and column.filling is not None else ""
    yield Match(object=what, message=f"the default of {what} changes{was} to {change.default}")


def _changes_nothing(column: Column, default: str) -> bool:
    """Whether it is the same, or every writer has to fill the column anyway."""
    return same_spelling(column.default) == same_spelling(default) or (column.not_null and column.filling is None)


RULE = Rule(
    id="change-default",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="SET DEFAULT of a column, domain or view column that an earlier revision made",
    effect="rows of code that leaves the column out get another value than before, without an error",
    instead="let new code write the value itself; change the default when no old code inserts any more",
    watches=(AlterDomain, SetColumnOption, SetDefault),
    check=_check,
    aliases=("squawk/ban-set-default", "strong_migrations/change_column_default"),
)
