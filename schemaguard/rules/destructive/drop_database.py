"""drop-database: DROP DATABASE."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropObject
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, _context: Context) -> Iterator[Match]:
    if isinstance(change, DropObject) and change.kind == "database":
        yield Match(object=change.object.name, message=f"database {change.object.name} is dropped")


RULE = Rule(
    id="drop-database",
    family=Family.DESTRUCTIVE,
    severity=Severity.ERROR,
    when="DROP DATABASE",
    effect="all of its data is gone at once; it can't be rolled back",
    instead="drop a database by hand, when a backup of it was restored somewhere and nobody connects to it any more",
    watches=(DropObject,),
    check=_check,
    aliases=("squawk/ban-drop-database",),
)
