"""drop-view: DROP VIEW of a view that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropObject
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import dropped_objects
from schemaguard.rules.rule import Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    for drop in dropped_objects(context, ("view", "materialized view")):
        yield Match(object=str(drop.object), message=f"view {drop.object} is dropped")


RULE = Rule(
    id="drop-view",
    family=Family.DESTRUCTIVE,
    severity=Severity.WARNING,
    when="DROP [MATERIALIZED] VIEW of a view that an earlier revision made, and that its transaction doesn't "
    "make again",
    effect="queries that name it fail with 42P01",
    instead="release code that no longer reads the view, then drop it in a later revision; to change it, use "
    "CREATE OR REPLACE VIEW",
    watches=(DropObject,),
    check=_check,
    aliases=("squawk/ban-drop-view",),
)
