"""several-heads: more than one head after the merge."""

from collections.abc import Iterator

from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import WholeContext
from schemaguard.rules.reversibility.problems import matches
from schemaguard.rules.rule import Match, Rule


def _check(context: WholeContext) -> Iterator[Match]:
    return matches(context, "several-heads")


RULE = Rule(
    id="several-heads",
    family=Family.REVERSIBILITY,
    severity=Severity.ERROR,
    when="a history with more than one head that isn't branched on purpose",
    effect="`alembic upgrade head` refuses to choose, so the deployment stops",
    instead="alembic merge heads, or point one of them at the other",
    check_whole=_check,
)
