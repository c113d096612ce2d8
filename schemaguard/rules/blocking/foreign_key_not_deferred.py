"""foreign-key-not-deferred: a foreign key that is added with validation."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, AddConstraint, Change
from schemaguard.catalog.objects import ForeignKey
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.subject import of_columns
from schemaguard.rules.facts.traffic import in_use, worked_on
from schemaguard.rules.remedies.constraints import validated_later
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddConstraint(table=table, constraint=ForeignKey(valid=True) as key):
            keys = [key]
        case AddColumn(table=table):
            # A column that starts out NULL has nothing to be looked up.
            keys = [key for key in change.constraints if isinstance(key, ForeignKey) and key.valid]
            keys = keys if change.column.filling is not None else []
        case _:
            return
    if keys and in_use(context, table) and worked_on(context):
        columns = ", ".join(keys[0].columns)
        yield Match(
            object=of_columns(table, keys[0].columns),
            message=f"the foreign key {table} ({columns}) → {keys[0].ref_table} is validated while writes wait",
            effect=lock_effect(context),
            fix=remedied(validated_later(change, context), context),
        )


RULE = Rule(
    id="foreign-key-not-deferred",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="a foreign key that is added to an existing table without NOT VALID",
    effect="SHARE ROW EXCLUSIVE on both tables keeps their writes waiting while every row is looked up",
    instead="add it NOT VALID, and validate it in a later revision",
    watches=(
        AddConstraint,
        AddColumn,
    ),
    check=_check,
    aliases=(
        "squawk/adding-foreign-key-constraint",
        "squawk/constraint-missing-not-valid",
        "strong_migrations/add_foreign_key",
        "atlas/PG306",
        "eugene/E1",
    ),
    is_graded=True,
)
