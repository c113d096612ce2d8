"""wide-index: an index of more than three columns."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, CreateIndex
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule

_MANY = 3


def _check(change: Change, _context: Context) -> Iterator[Match]:
    if isinstance(change, CreateIndex) and len(change.index.keys) > _MANY:
        many = len(change.index.keys)
        yield Match(object=str(change.index.table), message=f"the index on {change.index.table} has {many} key columns")


RULE = Rule(
    id="wide-index",
    family=Family.HYGIENE,
    severity=Severity.WARNING,
    when="an index with more than three key columns",
    effect="it is large, slows every write down, and seldom helps more than one of the first columns alone",
    instead="index the columns that select best; put others into INCLUDE",
    watches=(CreateIndex,),
    check=_check,
    aliases=("strong_migrations/add_index_columns",),
    opt_in=True,
)
