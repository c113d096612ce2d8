"""volatile-default: ADD COLUMN with a value that every row has to be written for."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use, worked_on
from schemaguard.rules.remedies.columns import filled_later
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddColumn(table=table, column=column, serial=False) if (
            column.identity is None and column.generated is None
        ):
            if in_use(context, table) and worked_on(context) and context.facts.work.work == "rewrite":
                yield Match(
                    object=f"{table}.{column.name}",
                    message=f"{table} is rewritten to give {column.name} its values: {context.facts.work.why}",
                    effect=lock_effect(context),
                    fix=remedied(filled_later(change), context),
                )
        case _:
            pass


RULE = Rule(
    id="volatile-default",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="ADD COLUMN with a volatile default, or of a domain with constraints, to an existing table",
    effect="ACCESS EXCLUSIVE on the table keeps reads and writes waiting while it is rewritten",
    instead="add the column without the default, set the default, and fill the old rows in batches",
    watches=(AddColumn,),
    check=_check,
    aliases=(
        "squawk/adding-field-with-default",
        "strong_migrations/add_column_default",
        "atlas/PG302",
        "eugene/E10",
    ),
    is_graded=True,
)
