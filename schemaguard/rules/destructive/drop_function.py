"""drop-function: DROP FUNCTION of a function that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropObject
from schemaguard.catalog.standing import CALLABLE
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import dropped_objects
from schemaguard.rules.rule import Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    for drop in dropped_objects(context, CALLABLE):
        yield Match(object=str(drop.object), message=f"function {drop.object} is dropped")


RULE = Rule(
    id="drop-function",
    family=Family.DESTRUCTIVE,
    severity=Severity.WARNING,
    when="DROP FUNCTION, PROCEDURE or AGGREGATE that an earlier revision made, and that its transaction "
    "doesn't make again",
    effect="statements and triggers that call it fail with 42883",
    instead="release code that no longer calls it, then drop it in a later revision; to change it, use CREATE OR "
    "REPLACE FUNCTION",
    watches=(DropObject,),
    check=_check,
    aliases=("squawk/ban-drop-function",),
)
