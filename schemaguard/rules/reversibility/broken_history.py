"""broken-history: a missing, duplicate or unreadable revision, or one that was edited after it was merged."""

from collections.abc import Iterator

from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import WholeContext
from schemaguard.rules.reversibility.problems import matches
from schemaguard.rules.rule import Match, Rule


def _check(context: WholeContext) -> Iterator[Match]:
    return matches(context, "broken-history")


RULE = Rule(
    id="broken-history",
    family=Family.REVERSIBILITY,
    severity=Severity.ERROR,
    when="a history with missing or conflicting revisions, or a revision that was edited after it was merged",
    effect="databases that already ran it and new databases end up with different schemas",
    instead="leave merged revisions as they are, and add a new one",
    check_whole=_check,
)
