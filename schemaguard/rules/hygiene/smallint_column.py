"""smallint-column: a column of type smallint."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, Change, CreateTable, RetypeColumn
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.hygiene.columns import new_columns
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    for table, name, type_ in new_columns(change, context):
        if type_.name == "smallint":
            yield Match(object=f"{table}.{name}", message=f"{table}.{name} is {type_}")


RULE = Rule(
    id="smallint-column",
    family=Family.HYGIENE,
    severity=Severity.NOTE,
    when="a column of type smallint",
    effect="values beyond 32,767 fail with 22003; the way to bigint rewrites the table",
    instead="use bigint, or integer where the range is certain",
    watches=(AddColumn, CreateTable, RetypeColumn),
    check=_check,
    aliases=("squawk/prefer-bigint-over-smallint",),
)
