"""shifts-meaning: the shape is the same, but other values arrive in a column under contract."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.contract.breakage import matches
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    return matches(context, lambda blamed: not blamed.breaks and not blamed.breakage.is_doubt)


RULE = Rule(
    id="shifts-meaning",
    family=Family.CONTRACT,
    severity=Severity.WARNING,
    when="a change that keeps a column under contract readable but alters its values: rounding, unit, default, query",
    effect="no query fails: the model silently scores other values than it was trained on",
    instead="add a second column with the new meaning; leave the old one to the model versions trained on it",
    watches=EVERY,
    check=_check,
)
