"""serial-on-existing-table: a serial or identity column added to an existing table."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use, worked_on
from schemaguard.rules.remedies.columns import numbered_later
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddColumn(table=table, column=column) if change.serial or column.identity is not None:
            if in_use(context, table) and worked_on(context):
                yield Match(
                    object=f"{table}.{column.name}",
                    message=f"{table} is rewritten to number its rows in {column.name}",
                    effect=lock_effect(context),
                    fix=remedied(numbered_later(change), context),
                )
        case _:
            pass


RULE = Rule(
    id="serial-on-existing-table",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="a serial or identity column added to an existing table",
    effect="ACCESS EXCLUSIVE on the table keeps reads and writes waiting while it is rewritten",
    instead="add a plain bigint, give it a sequence's nextval() as default, and number the old rows in batches",
    watches=(AddColumn,),
    check=_check,
    aliases=(
        "squawk/adding-serial-primary-key-field",
        "strong_migrations/add_column_auto_incrementing",
        "eugene/E11",
    ),
    is_graded=True,
)
