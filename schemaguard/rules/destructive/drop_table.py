"""drop-table: DROP TABLE of a table that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropTable
from schemaguard.finding import Family, Severity
from schemaguard.rules.destructive.retirement import is_announced, stop_using
from schemaguard.rules.facts.announced import is_fulfilled
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case DropTable(table=table) if context.existed_before(table):
            is_known = is_fulfilled(context, table)
            if not is_known and not is_announced(change, context, context.readers(table)):
                yield Match(object=str(table), message=f"{table} is dropped", instead=stop_using(context, table))
        case _:
            pass


RULE = Rule(
    id="drop-table",
    family=Family.DESTRUCTIVE,
    severity=Severity.ERROR,
    when="DROP TABLE of a table that an earlier revision made",
    effect="its rows are gone when this commits; code that still names it fails with 42P01",
    instead="stop using the table first, then let the guard retire it: that hides it and keeps its rows",
    watches=(DropTable,),
    check=_check,
    aliases=(
        "squawk/ban-drop-table",
        "strong_migrations/drop_table",
        "atlas/DS102",
        "django-migration-linter/DROP_TABLE",
        "strong_migrations/create_table",
    ),
)
