"""rename-column: a column that existed before gets another name."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, RenameColumn
from schemaguard.finding import Family, Severity
from schemaguard.rules.clients.names import has_column
from schemaguard.rules.facts.announced import is_fulfilled
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.splitting import split_instead
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case RenameColumn(table=table, column=column, to=to) if context.column_existed_before(table, column):
            is_known = is_fulfilled(context, table, column, to)
            if not is_known and column != to and not has_column(context.facts.at_commit, context.before, table, column):
                yield Match(
                    object=f"{table}.{column}",
                    message=f"{table}.{column} is renamed to {to}",
                    instead=split_instead(RULE.instead, context, table, column),
                )
        case _:
            pass


RULE = Rule(
    id="rename-column",
    family=Family.CLIENTS,
    severity=Severity.ERROR,
    when="RENAME COLUMN of a column that an earlier revision made",
    effect="code that still names it fails with 42703 as soon as this commits",
    instead="add the new column beside it, let new code write both, fill the old rows in batches; drop the old "
    "column when nothing uses it",
    watches=(RenameColumn,),
    check=_check,
    aliases=(
        "squawk/renaming-column",
        "strong_migrations/rename_column",
        "atlas/BC102",
        "django-migration-linter/RENAME_COLUMN",
    ),
)
