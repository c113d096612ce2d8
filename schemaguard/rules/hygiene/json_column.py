"""json-column: a column of type json."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, Change, CreateTable, RetypeColumn
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.hygiene.columns import new_columns
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    for table, name, type_ in new_columns(change, context):
        if type_.name == "json":
            yield Match(object=f"{table}.{name}", message=f"{table}.{name} is {type_}")


RULE = Rule(
    id="json-column",
    family=Family.HYGIENE,
    severity=Severity.NOTE,
    when="a column of type json",
    effect="it has no equality: SELECT DISTINCT, GROUP BY and UNION fail with 42883; it is parsed anew on each access",
    instead="use jsonb",
    watches=(AddColumn, CreateTable, RetypeColumn),
    check=_check,
    aliases=("strong_migrations/add_column_json", "eugene/E3"),
)
