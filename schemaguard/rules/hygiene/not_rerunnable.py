"""not-rerunnable: a statement that can't be run again after a failure."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.subject import subject
from schemaguard.rules.hygiene.rerunning import is_alone, says_if
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if is_alone(context) and not says_if(change, context.step.statement.sql):
        message = "a second run after a failure stops here: it commits on its own and doesn't say IF [NOT] EXISTS"
        yield Match(object=subject(change), message=message)


RULE = Rule(
    id="not-rerunnable",
    family=Family.HYGIENE,
    severity=Severity.WARNING,
    when="a statement that commits on its own, makes or drops something, and doesn't say IF [NOT] EXISTS",
    effect="when a later statement fails, running the migration again stops at this one with 42P07 or 42P01",
    instead="say IF NOT EXISTS or IF EXISTS, or run all of it in one transaction",
    watches=EVERY,
    check=_check,
    aliases=("squawk/prefer-robust-stmts",),
    opt_in=True,
)
