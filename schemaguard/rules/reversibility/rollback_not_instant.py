"""rollback-not-instant: taking the change back scans, rewrites or copies."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.subject import subject
from schemaguard.rules.reversibility.taking_back import taken_back
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    back = taken_back(context)
    if back is not None and back.cls == "slow":
        yield Match(object=subject(change), message=f"taking it back isn't instant: {back.why}")


RULE = Rule(
    id="rollback-not-instant",
    family=Family.REVERSIBILITY,
    severity=Severity.WARNING,
    when="a change whose inverse needs a scan, a rewrite or an index built anew",
    effect="model and schema can't go back at once: the rollback takes longer the larger the table is",
    instead="split it: leave the old shape until the release has proven itself, and take it away in a later revision",
    watches=EVERY,
    check=_check,
)
