"""breaks-between: a model version fits before and after, but not at a commit point in between."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.contract.breakage import matches
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    return matches(context, lambda blamed: blamed.breaks and blamed.is_between)


RULE = Rule(
    id="breaks-between",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a statement that commits on its own and breaks a contract until a later one of the revision repairs it",
    effect="between the two commits the model version fails; a revision that stops there leaves it broken",
    instead="run both in one transaction, or the repairing statement first",
    watches=EVERY,
    check=_check,
)
