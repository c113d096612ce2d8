"""char-column: a column of type char(n)."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, Change, CreateTable, RetypeColumn
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.hygiene.columns import new_columns
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    for table, name, type_ in new_columns(change, context):
        if type_.name in ("character", "bpchar"):
            yield Match(object=f"{table}.{name}", message=f"{table}.{name} is {type_}")


RULE = Rule(
    id="char-column",
    family=Family.HYGIENE,
    severity=Severity.NOTE,
    when="a column of type char(n)",
    effect="values are padded with spaces, which some comparisons ignore and others don't",
    instead="use text",
    watches=(AddColumn, CreateTable, RetypeColumn),
    check=_check,
    aliases=("squawk/ban-char-field",),
)
