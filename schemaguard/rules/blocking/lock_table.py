"""lock-table: an explicit LOCK TABLE."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, LockTable
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case LockTable(table=table, mode=mode) if in_use(context, table):
            yield Match(
                object=str(table),
                message=f"LOCK TABLE {table} in {mode or 'ACCESS EXCLUSIVE'} mode",
                effect=lock_effect(context),
            )
        case _:
            pass


RULE = Rule(
    id="lock-table",
    family=Family.BLOCKING,
    severity=Severity.WARNING,
    when="LOCK TABLE of an existing table",
    effect="it is held until the transaction ends, and whoever conflicts with it waits",
    instead="let each statement take the lock that it needs",
    watches=(LockTable,),
    check=_check,
)
