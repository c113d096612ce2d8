"""drop-domain: DROP DOMAIN of a domain that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropObject
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import dropped_objects
from schemaguard.rules.rule import Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    for drop in dropped_objects(context, ("domain",)):
        yield Match(object=str(drop.object), message=f"domain {drop.object} is dropped")


RULE = Rule(
    id="drop-domain",
    family=Family.DESTRUCTIVE,
    severity=Severity.WARNING,
    when="DROP DOMAIN of a domain that an earlier revision made",
    effect="statements that cast to it, or pass it as a parameter, fail with 42704",
    instead="release code that no longer names the domain, then drop it in a later revision",
    watches=(DropObject,),
    check=_check,
    aliases=("squawk/ban-drop-domain",),
)
