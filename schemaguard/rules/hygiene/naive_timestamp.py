"""naive-timestamp: a timestamp without a time zone."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, Change, CreateTable, RetypeColumn
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.hygiene.columns import new_columns
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    for table, name, type_ in new_columns(change, context):
        if type_.name == "timestamp without time zone":
            yield Match(object=f"{table}.{name}", message=f"{table}.{name} is {type_}")


RULE = Rule(
    id="naive-timestamp",
    family=Family.HYGIENE,
    severity=Severity.NOTE,
    when="a timestamp without a time zone",
    effect="nobody can tell which moment it is: sessions in other time zones read and write it differently",
    instead="use timestamptz",
    watches=(AddColumn, CreateTable, RetypeColumn),
    check=_check,
    aliases=("squawk/prefer-timestamp-tz",),
)
