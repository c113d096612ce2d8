"""delete-all-rows: DELETE or UPDATE of every row of a table that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DeleteRows, UpdateRows
from schemaguard.finding import Family, Severity
from schemaguard.rules.destructive.overwriting import overwritten
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case DeleteRows(table=table, has_where=False) if context.existed_before(table):
            yield Match(object=str(table), message=f"DELETE without a condition deletes every row of {table}")
        case UpdateRows(table=table, has_where=False) if overwritten(change, context):
            columns = ", ".join(overwritten(change, context))
            message = f"UPDATE without a condition overwrites {columns} in every row of {table}"
            yield Match(object=str(table), message=message)
        case _:
            pass


RULE = Rule(
    id="delete-all-rows",
    family=Family.DESTRUCTIVE,
    severity=Severity.WARNING,
    when="DELETE, UPDATE or MERGE over every row of a table that an earlier revision made: no WHERE, or one "
    "that is always true",
    effect="the rows or values before are gone when this commits",
    instead="say in a WHERE which rows are meant; fill a new column rather than overwrite an old one",
    watches=(DeleteRows, UpdateRows),
    check=_check,
)
