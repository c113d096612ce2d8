"""duplicate-assignment: UPDATE or INSERT names a column twice."""

from collections import Counter
from collections.abc import Iterator, Sequence

from schemaguard.catalog.changes import Change, InsertRows, UpdateRows
from schemaguard.catalog.names import truncate
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule
from schemaguard.sql.reading.tokens import QUOTED, WORD, Token, tokenize

_SET_ENDS = ("from", "where", "returning")


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case UpdateRows(columns=columns) if _twice(columns):
            tokens, _ = tokenize(context.step.statement.sql)
            # Fields and elements of a column may be set one by one, but not beside the column itself.
            for column in _twice(columns) & set(_assigned_whole(tokens)):
                yield Match(
                    object=f"{change.table}.{column}", message=f"{column} of {change.table} is set more than once"
                )
        case InsertRows(columns=columns, is_copy=False) if columns is not None and _twice(columns):
            for column in _twice(columns):
                message = f"{column} of {change.table} is filled more than once"
                yield Match(object=f"{change.table}.{column}", message=message)
        case _:
            pass


def _twice(columns: Sequence[str]) -> set[str]:
    """The names that stand there more than once, as far as the server reads them."""
    counted = Counter(map(truncate, columns))
    return {column for column, times in counted.items() if times > 1}


def _assigned_whole(tokens: Sequence[Token]) -> Iterator[str]:
    """The columns that the list behind SET assigns as a whole."""
    begin = next((at for at, token in enumerate(tokens) if token.key == "set"), len(tokens)) + 1
    depth, is_target = 0, True
    for at in range(begin, len(tokens)):
        token = tokens[at]
        if depth == 0 and token.key in _SET_ENDS:
            return
        if token.key in ("(", "["):
            depth += 1
        elif token.key in (")", "]"):
            depth -= 1
        elif depth == 0 and token.key in (",", "="):
            is_target = token.key == ","
        elif is_target and token.kind in (WORD, QUOTED) and tokens[at + 1 : at + 2]:
            in_list = depth == 1 and tokens[at + 1].key in (",", ")")
            if (depth == 0 and tokens[at + 1].key == "=") or in_list:
                yield truncate(token.value)


RULE = Rule(
    id="duplicate-assignment",
    family=Family.HYGIENE,
    severity=Severity.ERROR,
    when="UPDATE that sets a column more than once, or INSERT that fills one more than once",
    effect="the migration fails here with 42601 or 42701",
    instead="leave one of the assignments out",
    watches=(InsertRows, UpdateRows),
    check=_check,
    aliases=("squawk/ban-duplicate-column-assignments",),
)
