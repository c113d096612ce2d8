"""drop-default: a column that existed before loses its default."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AlterDomain, Change, DropDefault, SetColumnOption
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import default_of_another
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if (what := default_of_another(context, "drop default")) is not None:
        yield Match(object=what, message=f"{what} loses its default")
    if not isinstance(change, DropDefault) or not context.column_existed_before(change.table, change.column):
        return
    table = context.before.table(change.table)
    column = table.column(change.column) if table is not None else None
    if column is not None and column.filling is None and column.is_listed:
        return
    what = f"{change.table}.{change.column}"
    is_required = column is not None and column.not_null
    effect = "INSERTs that leave it out fail with 23502 as soon as this commits" if is_required else None
    yield Match(object=what, message=f"{what} loses its default", effect=effect)


RULE = Rule(
    id="drop-default",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="DROP DEFAULT of a column, domain or view column that an earlier revision made",
    effect="an INSERT that leaves it out stores NULL, or fails with 23502 where it is NOT NULL",
    instead="release code that always fills the column first",
    watches=(AlterDomain, DropDefault, SetColumnOption),
    check=_check,
    aliases=("squawk/ban-drop-default", "strong_migrations/change_column_default"),
)
