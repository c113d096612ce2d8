"""syntax-error: a text that PostgreSQL's own parser would refuse."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, Unreadable
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, _context: Context) -> Iterator[Match]:
    if isinstance(change, Unreadable):
        yield Match(object="statement", message=change.reason)


RULE = Rule(
    id="syntax-error",
    family=Family.HYGIENE,
    severity=Severity.ERROR,
    when="a statement that PostgreSQL would refuse to parse",
    effect="the migration fails here; outside of a transaction, the statements above it stay done",
    instead="correct the statement",
    watches=(Unreadable,),
    check=_check,
    aliases=("squawk/syntax-error",),
)
