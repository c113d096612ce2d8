"""drop-sequence: DROP SEQUENCE of a sequence that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropObject
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import is_younger
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    # Made again it would start anew, so that it is there again says nothing.
    if isinstance(change, DropObject) and change.kind == "sequence" and not is_younger(context, change):
        yield Match(object=str(change.object), message=f"sequence {change.object} is dropped")


RULE = Rule(
    id="drop-sequence",
    family=Family.DESTRUCTIVE,
    severity=Severity.WARNING,
    when="DROP SEQUENCE of a sequence that an earlier revision made",
    effect="its counter is lost; nextval() on it fails with 42P01",
    instead="release code that no longer draws from it, then drop it in a later revision",
    watches=(DropObject,),
    check=_check,
    aliases=("squawk/ban-drop-sequence",),
)
