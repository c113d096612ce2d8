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
    when="a history whose revisions don't hang together, or a revision that was edited after it was merged",
    effect="databases on which it ran already and new ones no longer arrive at the same schema",
    instead="leave merged revisions as they are, and add a new one",
    check_whole=_check,
)
