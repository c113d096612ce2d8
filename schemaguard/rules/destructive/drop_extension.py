"""drop-extension: DROP EXTENSION of an extension that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropObject
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import dropped_objects
from schemaguard.rules.rule import Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    for drop in dropped_objects(context, ("extension",)):
        yield Match(object=str(drop.object), message=f"extension {drop.object} is dropped")


RULE = Rule(
    id="drop-extension",
    family=Family.DESTRUCTIVE,
    severity=Severity.WARNING,
    when="DROP EXTENSION of an extension that an earlier revision made",
    effect="its functions, types and operators go; statements that use them fail with 42883 or 42704",
    instead="release code that no longer uses it, then drop it in a later revision",
    watches=(DropObject,),
    check=_check,
    aliases=("squawk/ban-drop-extension",),
)
