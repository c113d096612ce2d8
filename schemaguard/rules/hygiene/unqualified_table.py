"""unqualified-table: a table without its schema."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.hygiene.qualified import named
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(change: Change, _context: Context) -> Iterator[Match]:
    for name in named(change):
        if name.schema is None:
            yield Match(object=str(name), message=f"{name.name} is written without its schema")


RULE = Rule(
    id="unqualified-table",
    family=Family.HYGIENE,
    severity=Severity.WARNING,
    when="a table, view or index that is written without its schema",
    effect="which one is meant depends on the search_path of whoever runs the migration",
    instead="write the schema before the name",
    watches=EVERY,
    check=_check,
    aliases=("squawk/require-table-schema",),
    opt_in=True,
)
