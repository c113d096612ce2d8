"""wide-lock: ACCESS EXCLUSIVE on two or more tables in one transaction."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import listed
from schemaguard.rules.facts.traffic import CHANGES_UNDER_LOCK
from schemaguard.rules.rule import Match, Rule


def _check(_: Change, context: Context) -> Iterator[Match]:
    before, held = context.facts.alone_before, context.facts.alone_after
    if len(held) > 1 and len(before) < 2:
        tables = listed(held, context.before)
        yield Match(
            object=str(held[-1]),
            message=f"one transaction holds ACCESS EXCLUSIVE on {tables}",
            effect=f"reads and writes of {tables} wait together; whoever takes them in another order deadlocks (40P01)",
        )


RULE = Rule(
    id="wide-lock",
    family=Family.BLOCKING,
    severity=Severity.WARNING,
    when="ACCESS EXCLUSIVE on two or more existing tables in one transaction",
    effect="reads and writes of all of them wait together; whoever takes them in another order deadlocks (40P01)",
    instead="lock one table a transaction: one revision each, or an autocommit block",
    watches=CHANGES_UNDER_LOCK,
    check=_check,
)
