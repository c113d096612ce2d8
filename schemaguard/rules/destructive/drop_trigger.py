"""drop-trigger: DROP TRIGGER of a trigger that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropObject
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import dropped_objects
from schemaguard.rules.rule import Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    for drop in dropped_objects(context, ("trigger",)):
        yield Match(object=f"{drop.on}.{drop.object}", message=f"trigger {drop.object} on {drop.on} is dropped")


RULE = Rule(
    id="drop-trigger",
    family=Family.DESTRUCTIVE,
    severity=Severity.WARNING,
    when="DROP TRIGGER of a trigger that an earlier revision made, and that its transaction doesn't make again",
    effect="what it kept up to date, checked or recorded no longer is",
    instead="release code that does without it, then drop it in a later revision",
    watches=(DropObject,),
    check=_check,
    aliases=("squawk/ban-drop-trigger",),
)
