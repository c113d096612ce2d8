"""rows-overwritten: the old values of a column that existed before are replaced."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, RetypeColumn, UpdateRows
from schemaguard.catalog.retyping import is_plain_cast
from schemaguard.finding import Family, Severity
from schemaguard.rules.destructive.overwriting import overwritten
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case UpdateRows(table=table):
            for column in overwritten(change, context):
                yield Match(object=f"{table}.{column}", message=f"values of {table}.{column} are overwritten")
        case RetypeColumn(table=table, column=column, using=str(using)) if context.column_existed_before(table, column):
            if not is_plain_cast(using, column):
                message = f"values of {table}.{column} are replaced by {using}"
                yield Match(object=f"{table}.{column}", message=message)
        case _:
            pass


RULE = Rule(
    id="rows-overwritten",
    family=Family.DESTRUCTIVE,
    severity=Severity.WARNING,
    when="UPDATE of a column that an earlier revision made, or ALTER … TYPE whose USING is more than a cast of "
    "the column",
    effect="the values before are gone when this commits, and no rollback brings them back",
    instead="put the new values into a new column, and leave the old one until nothing reads it",
    watches=(RetypeColumn, UpdateRows),
    check=_check,
)
