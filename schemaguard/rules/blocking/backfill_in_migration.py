"""backfill-in-migration: UPDATE or DELETE of a whole table, or beside DDL on it."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DeleteRows, UpdateRows
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import shown
from schemaguard.rules.facts.traffic import in_use
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case UpdateRows(table=table, has_where=bounded) | DeleteRows(table=table, has_where=bounded) if in_use(
            context, table
        ):
            is_locked = context.before.resolve(table) in context.facts.alone_before
        case _:
            return
    what = "UPDATE" if isinstance(change, UpdateRows) else "DELETE"
    if is_locked:
        name = shown(context.before.resolve(table), context.before)
        yield Match(
            object=str(table),
            message=f"{what} of {table} in a transaction that has changed its definition",
            effect=f"ACCESS EXCLUSIVE on {name} is held meanwhile: reads and writes wait, the longer the more rows",
        )
    elif not bounded:
        yield Match(object=str(table), message=f"one {what} writes every row of {table}")


RULE = Rule(
    id="backfill-in-migration",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="UPDATE or DELETE of a whole existing table, or in a transaction that has changed the table's definition",
    effect="every row stays locked until the transaction ends, and leaves a dead one behind: the more rows, the longer",
    instead="do it in batches, each in a transaction of its own, behind the revision that changes the table",
    watches=(
        UpdateRows,
        DeleteRows,
    ),
    check=_check,
    aliases=("strong_migrations/backfill",),
    is_graded=True,
)
