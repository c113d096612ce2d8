"""add-required-column: a new column of an existing table that running code doesn't fill and that must be filled."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, Change, DropDefault, SetNotNull
from schemaguard.catalog.objects import Name
from schemaguard.finding import Family, Severity
from schemaguard.rules.clients.required import is_required
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.splitting import split_instead
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddColumn(table=table, column=column) if context.existed_before(table):
            if not change.if_not_exists and is_required(change, context):
                what = f"{table}.{column.name}"
                instead = split_instead(RULE.instead, context, table)
                yield Match(object=what, message=f"{what} is NOT NULL without a default", instead=instead)
        case DropDefault(table=table, column=name) | SetNotNull(table=table, column=name):
            if _is_required_now(context, table, name):
                message = f"{table}.{name} is new and NOT NULL, and loses its default"
                if isinstance(change, SetNotNull):
                    message = f"{table}.{name} is new, and becomes NOT NULL without a default"
                yield Match(object=f"{table}.{name}", message=message, effect=_LATER)
        case _:
            pass


def _is_required_now(context: Context, table: Name, name: str) -> bool:
    """Whether a column that isn't released yet has to be filled from here on, on a table that is."""
    if not context.existed_before(table) or context.column_existed_before(table, name):
        return False
    known = context.after.table(table)
    column = known.column(name) if known is not None else None
    if column is None or not column.not_null:
        return False
    is_filled = column.filling is not None or column.identity is not None or column.generated is not None
    return not is_filled and not _is_filled_at_commit(context, table, name)


def _is_filled_at_commit(context: Context, table: Name, name: str) -> bool:
    """Whether the transaction gives it a default again: nobody sees it without."""
    known = context.facts.at_commit.table(table)
    column = known.column(name) if known is not None else None
    return column is not None and column.filling is not None


_LATER = "running code doesn't know the column: its INSERTs fail with 23502 as soon as this commits"


RULE = Rule(
    id="add-required-column",
    family=Family.CLIENTS,
    severity=Severity.ERROR,
    when="ADD COLUMN … NOT NULL without a default, or one that loses its default in the same release",
    effect="the migration fails with 23502 where the table has rows; else running code that doesn't know the "
    "column can't insert",
    instead="add it with a default, or nullable; drop the default or set NOT NULL in a later revision, when all "
    "code fills it",
    watches=(AddColumn, DropDefault, SetNotNull),
    check=_check,
    aliases=(
        "squawk/adding-required-field",
        "atlas/MF103",
        "django-migration-linter/NOT_NULL",
        "squawk/ban-new-write-restriction",
    ),
)
