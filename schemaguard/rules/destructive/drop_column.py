"""drop-column: DROP COLUMN of a column that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropColumn
from schemaguard.finding import Family, Severity
from schemaguard.rules.destructive.retirement import is_announced, stop_using
from schemaguard.rules.facts.announced import is_fulfilled
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case DropColumn(table=table, column=column) if context.column_existed_before(table, column):
            is_known = is_fulfilled(context, table, column)
            if not is_known and not is_announced(change, context, context.readers(table, column)):
                yield Match(
                    object=f"{table}.{column}",
                    message=f"{table}.{column} is dropped",
                    instead=stop_using(context, table, column),
                )
        case _:
            pass


RULE = Rule(
    id="drop-column",
    family=Family.DESTRUCTIVE,
    severity=Severity.ERROR,
    when="DROP COLUMN of a column that an earlier revision made",
    effect="its values are gone when this commits; code that still names it fails with 42703",
    instead="stop using the column first, then let the guard retire it: that hides it and keeps its values",
    watches=(DropColumn,),
    check=_check,
    aliases=(
        "squawk/ban-drop-column",
        "strong_migrations/remove_column",
        "atlas/DS103",
        "django-migration-linter/DROP_COLUMN",
    ),
)
