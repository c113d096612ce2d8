"""unique-scan: UNIQUE without USING INDEX."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, AddConstraint, Change
from schemaguard.catalog.objects import Unique
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.subject import of_columns
from schemaguard.rules.facts.traffic import in_use, worked_on
from schemaguard.rules.remedies.constraints import over_index
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddConstraint(table=table, constraint=Unique() as key, using_index=None):
            keys = [key]
        case AddColumn(table=table):
            keys = [key for key in change.constraints if isinstance(key, Unique)]
        case _:
            return
    if keys and in_use(context, table) and worked_on(context):
        columns = ", ".join(keys[0].columns)
        yield Match(
            object=of_columns(table, keys[0].columns),
            message=f"the index of UNIQUE ({columns}) on {table} is built while reads and writes wait",
            effect=lock_effect(context),
            fix=remedied(over_index(change, context), context),
        )


RULE = Rule(
    id="unique-scan",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="UNIQUE on an existing table without USING INDEX",
    effect="ACCESS EXCLUSIVE on the table keeps reads and writes waiting while its index is built",
    instead="build a unique index with CONCURRENTLY, and add the constraint with USING INDEX",
    watches=(
        AddConstraint,
        AddColumn,
    ),
    check=_check,
    aliases=(
        "squawk/disallowed-unique-constraint",
        "strong_migrations/add_unique_constraint",
        "atlas/PG105",
        "eugene/E7",
    ),
    is_graded=True,
)
