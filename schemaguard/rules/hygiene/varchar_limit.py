"""varchar-limit: a text column with a limit of its length."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, Change, CreateTable, RetypeColumn
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.hygiene.columns import new_columns
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    for table, name, type_ in new_columns(change, context):
        if type_.name == "character varying" and bool(type_.modifiers):
            yield Match(object=f"{table}.{name}", message=f"{table}.{name} is {type_}")


RULE = Rule(
    id="varchar-limit",
    family=Family.HYGIENE,
    severity=Severity.NOTE,
    when="a text column with a limit of its length",
    effect="a longer value fails with 22001, and a lower limit can't be set without a scan",
    instead="use text, with a CHECK on its length where one is needed",
    watches=(AddColumn, CreateTable, RetypeColumn),
    check=_check,
    aliases=("squawk/prefer-text-field",),
)
