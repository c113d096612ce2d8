"""stored-generated-column: a stored generated column on an existing table."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, Change, SetGenerated
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use, worked_on
from schemaguard.rules.remedies.generated import computed_otherwise
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddColumn(table=table, column=column) if column.generated is not None and column.generated_stored:
            name = column.name
        case SetGenerated(table=table, column=name) if change.expression is not None:
            pass
        case _:
            return
    if in_use(context, table) and worked_on(context):
        yield Match(
            object=f"{table}.{name}",
            message=f"{table} is rewritten to compute {name} for every row",
            effect=lock_effect(context),
            fix=remedied(computed_otherwise(change, context), context) if isinstance(change, AddColumn) else None,
            instead=f"{_VIRTUAL}{RULE.instead}" if context.assumptions.postgresql >= _SINCE else None,
        )


_SINCE = 18
_VIRTUAL = "say VIRTUAL, which writes nothing and is computed by whoever reads it; where it has to be stored, "
"""The word is known from PostgreSQL 18 on."""


RULE = Rule(
    id="stored-generated-column",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="GENERATED … STORED added to an existing table, or another expression set for it",
    effect="ACCESS EXCLUSIVE on the table keeps reads and writes waiting while it is rewritten",
    instead="add a plain column, fill it by a trigger for new rows and in batches for old ones",
    watches=(
        AddColumn,
        SetGenerated,
    ),
    check=_check,
    aliases=(
        "squawk/adding-field-with-default",
        "strong_migrations/add_column_generated_stored",
        "eugene/E11",
        "atlas/PG307",
    ),
    is_graded=True,
)
