"""check-not-deferred: a CHECK that is added with validation."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, AddConstraint, Change
from schemaguard.catalog.objects import Check
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use, worked_on
from schemaguard.rules.remedies.constraints import validated_later
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddConstraint(table=table, constraint=Check(valid=True) as check):
            checks = [check]
        case AddColumn(table=table):
            checks = [check for check in change.constraints if isinstance(check, Check) and check.valid]
        case _:
            return
    if checks and in_use(context, table) and worked_on(context):
        yield Match(
            object=str(table),
            message=f"CHECK ({checks[0].definition}) on {table} is validated while reads and writes wait",
            effect=lock_effect(context),
            fix=remedied(validated_later(change, context), context),
        )


RULE = Rule(
    id="check-not-deferred",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="a CHECK that is added to an existing table without NOT VALID",
    effect="ACCESS EXCLUSIVE on the table keeps reads and writes waiting while every row is checked",
    instead="add it NOT VALID, and validate it in a later revision",
    watches=(
        AddConstraint,
        AddColumn,
    ),
    check=_check,
    aliases=(
        "squawk/constraint-missing-not-valid",
        "strong_migrations/add_check_constraint",
        "atlas/PG305",
        "eugene/E1",
    ),
    is_graded=True,
)
