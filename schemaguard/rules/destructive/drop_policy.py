"""drop-policy: DROP POLICY of a policy that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropObject
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import dropped_objects
from schemaguard.rules.rule import Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    for drop in dropped_objects(context, ("policy",)):
        yield Match(object=f"{drop.on}.{drop.object}", message=f"policy {drop.object} on {drop.on} is dropped")


RULE = Rule(
    id="drop-policy",
    family=Family.DESTRUCTIVE,
    severity=Severity.WARNING,
    when="DROP POLICY of a policy that an earlier revision made, and that its transaction doesn't make again",
    effect="with row security on, rows that it let through can no longer be seen, or those that it held back can be",
    instead="make the policy that takes its place in the same transaction",
    watches=(DropObject,),
    check=_check,
    aliases=("squawk/ban-drop-policy",),
)
