"""duplicate-assignment: UPDATE sets a column twice."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from schemaguard.catalog.changes import Change, UpdateRows
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule
from schemaguard.sql.reading.tokens import QUOTED, WORD, Token, tokenize


def _check(change: Change, context: Context) -> Iterator[Match]:
    if not isinstance(change, UpdateRows) or len(set(change.columns)) == len(change.columns):
        return
    tokens, _ = tokenize(context.step.statement.sql)
    for column in dict.fromkeys(column for column in change.columns if change.columns.count(column) > 1):
        if _assigned_whole(column, tokens) > 1:
            yield Match(object=f"{change.table}.{column}", message=f"{column} of {change.table} is set more than once")


def _assigned_whole(column: str, tokens: Sequence[Token]) -> int:
    """How often the column itself is a target; elements and fields of it may be set one by one."""
    follows = (after.key for token, after in pairwise(tokens) if _is(token, column) and after.key in ("=", ",", ")"))
    return len(list(follows))


def _is(token: Token, column: str) -> bool:
    return token.kind in (WORD, QUOTED) and token.value == column


RULE = Rule(
    id="duplicate-assignment",
    family=Family.HYGIENE,
    severity=Severity.ERROR,
    when="UPDATE that sets a column more than once",
    effect="the migration fails here with 42601",
    instead="leave one of the assignments out",
    watches=(UpdateRows,),
    check=_check,
    aliases=("squawk/ban-duplicate-column-assignments",),
)
