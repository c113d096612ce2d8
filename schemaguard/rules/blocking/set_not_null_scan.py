"""set-not-null-scan: SET NOT NULL that nothing validated shows."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, SetNotNull
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use, worked_on
from schemaguard.rules.remedies.constraints import required_later
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case SetNotNull(table=table, column=column, valid=True) if in_use(context, table) and worked_on(context):
            yield Match(
                object=f"{table}.{column}",
                message=f"every row of {table} is looked through for a NULL in {column}",
                effect=lock_effect(context),
                fix=remedied(required_later(change, context), context),
            )
        case _:
            pass


RULE = Rule(
    id="set-not-null-scan",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="SET NOT NULL on an existing table without a validated CHECK (… IS NOT NULL)",
    effect="ACCESS EXCLUSIVE on the table keeps reads and writes waiting while all rows are read",
    instead="add CHECK (… IS NOT NULL) NOT VALID, validate it in a later revision, then SET NOT NULL",
    watches=(SetNotNull,),
    check=_check,
    aliases=(
        "squawk/adding-not-nullable-field",
        "strong_migrations/change_column_null",
        "atlas/MF104",
        "atlas/PG303",
        "eugene/E2",
    ),
    is_graded=True,
)
