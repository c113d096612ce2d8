"""rollback-loses-data: taking the change back can't bring the data back."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.subject import subject
from schemaguard.rules.reversibility.taking_back import severity, taken_back
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    back = taken_back(context)
    if back is not None and back.cls == "lossy":
        message = f"taking it back loses data: {back.why}"
        yield Match(object=subject(change), message=message, severity=severity(change, context))


RULE = Rule(
    id="rollback-loses-data",
    family=Family.REVERSIBILITY,
    severity=Severity.WARNING,
    when="a change whose inverse can't restore what was there",
    effect="model and schema go back, and the data that the old version needs doesn't",
    instead="keep the old data until the release has proven itself: write to a new column, retire instead of dropping",
    watches=EVERY,
    check=_check,
)
