"""breaks-signature: the query still runs, and the model refuses what arrives."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.contract.breakage import matches
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(_change: Change, context: Context) -> Iterator[Match]:
    return matches(context, lambda blamed: blamed.is_signature)


RULE = Rule(
    id="breaks-signature",
    family=Family.CONTRACT,
    severity=Severity.ERROR,
    when="a change after which the query still runs, but the MLflow signature refuses the dtype that arrives",
    effect="the feature query succeeds, and the model refuses the frame",
    instead="keep type and nullability until every model version with that signature is out of its window",
    watches=EVERY,
    check=_check,
)
