"""truncate-cascade: TRUNCATE … CASCADE, which empties what references the table, too."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, TruncateTable
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if not isinstance(change, TruncateTable) or not change.cascade or not context.existed_before(change.table):
        return
    emptied = {lock.relation for lock in context.facts.work.locks} - {context.before.resolve(change.table)}
    also = ", ".join(sorted(map(str, emptied)))
    reached = f"also empties {also}" if also else "also empties every table that references it"
    yield Match(object=str(change.table), message=f"TRUNCATE {change.table} CASCADE {reached}")


RULE = Rule(
    id="truncate-cascade",
    family=Family.DESTRUCTIVE,
    severity=Severity.ERROR,
    when="TRUNCATE … CASCADE of a table that an earlier revision made",
    effect="the rows of all tables with a foreign key to it are gone, too",
    instead="leave out CASCADE, and name every table that is to be emptied",
    watches=(TruncateTable,),
    check=_check,
    aliases=("squawk/ban-truncate-cascade",),
)
