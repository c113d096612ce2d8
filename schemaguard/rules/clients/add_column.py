"""add-column: a column is added to a table that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if isinstance(change, AddColumn) and context.existed_before(change.table):
        what = f"{change.table}.{change.column.name}"
        yield Match(object=what, message=f"{what} is new to the clients of {change.table}")


RULE = Rule(
    id="add-column",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="ADD COLUMN on a table that an earlier revision made",
    effect="SELECT * returns one column more, and a COPY without columns fails with 22P04",
    instead="release code that lists its columns first",
    watches=(AddColumn,),
    check=_check,
    aliases=("squawk/ban-add-column",),
    opt_in=True,
)
