"""breaks-reader: a model version in its window no longer gets what it reads."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.contract.breakage import matches
from schemaguard.rules.facts.blame import Blamed
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    return matches(context, _is_broken)


def _is_broken(blamed: Blamed) -> bool:
    is_shape = blamed.breaks and not blamed.is_signature
    return is_shape and blamed.breakage.access == "read" and not blamed.is_between


RULE = Rule(
    id="breaks-reader",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a change that takes away what a model version in its release window reads",
    effect="its feature query fails, or gets values that were not promised, as soon as this commits",
    instead="keep the old shape until every model version that reads it is out of its window",
    watches=EVERY,
    check=_check,
)
