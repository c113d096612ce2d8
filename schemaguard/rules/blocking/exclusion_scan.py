"""exclusion-scan: EXCLUDE on an existing table."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddConstraint, Change
from schemaguard.catalog.objects import Exclusion
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use, worked_on
from schemaguard.rules.remedies.sessions import giving_way
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddConstraint(table=table, constraint=Exclusion()) if in_use(context, table) and worked_on(context):
            yield Match(
                object=str(table),
                message=f"the index of an exclusion constraint on {table} is built while reads and writes wait",
                effect=lock_effect(context),
                fix=remedied(giving_way(context), context),
            )
        case _:
            pass


RULE = Rule(
    id="exclusion-scan",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="EXCLUDE on an existing table",
    effect="ACCESS EXCLUSIVE keeps reads and writes waiting while its index is built, and it can't be NOT VALID",
    instead="add it while the table is small, or make a new table that has it and move the rows over in batches",
    watches=(AddConstraint,),
    check=_check,
    aliases=("strong_migrations/add_exclusion_constraint", "eugene/E8", "atlas/PG311"),
    is_graded=True,
)
