"""rollback-impossible: nothing takes the change back."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.subject import subject
from schemaguard.rules.reversibility.taking_back import severity, taken_back
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    back = taken_back(context)
    if back is not None and back.cls == "impossible":
        message = f"it can't be taken back: {back.why}"
        yield Match(object=subject(change), message=message, severity=severity(change, context))


RULE = Rule(
    id="rollback-impossible",
    family=Family.REVERSIBILITY,
    severity=Severity.WARNING,
    when="a change that has no inverse, or a statement that can't be understood",
    effect="the only way back is a restore from a backup",
    instead="write it as statements that can be taken back, or release it on its own before anything depends on it",
    watches=EVERY,
    check=_check,
)
