"""breaks-writer: the catalog no longer accepts what a model version in its window writes."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.contract.breakage import matches
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    return matches(
        context, lambda blamed: blamed.breaks and blamed.breakage.access == "write" and not blamed.is_between
    )


RULE = Rule(
    id="breaks-writer",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a change that refuses what a model version in its release window writes",
    effect="its writes are refused as soon as this commits",
    instead="keep accepting the old shape until every model version that writes it is out of its window",
    watches=EVERY,
    check=_check,
)
