"""truncate: TRUNCATE of a table that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, TruncateTable
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if isinstance(change, TruncateTable) and context.existed_before(change.table):
        yield Match(object=str(change.table), message=f"all rows of {change.table} are deleted")


RULE = Rule(
    id="truncate",
    family=Family.DESTRUCTIVE,
    severity=Severity.ERROR,
    when="TRUNCATE of a table that an earlier revision made",
    effect="all of its rows are gone when this commits; readers get none",
    instead="delete in batches, outside of the migration, what nobody needs any more",
    watches=(TruncateTable,),
    check=_check,
)
