"""drop-type: DROP TYPE of a type that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropObject
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import dropped_objects
from schemaguard.rules.rule import Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    for drop in dropped_objects(context, ("type",)):
        yield Match(object=str(drop.object), message=f"type {drop.object} is dropped")


RULE = Rule(
    id="drop-type",
    family=Family.DESTRUCTIVE,
    severity=Severity.WARNING,
    when="DROP TYPE of a type that an earlier revision made",
    effect="statements that cast to it, or pass it as a parameter, fail with 42704",
    instead="release code that no longer names the type, then drop it in a later revision",
    watches=(DropObject,),
    check=_check,
    aliases=("squawk/ban-drop-type",),
)
