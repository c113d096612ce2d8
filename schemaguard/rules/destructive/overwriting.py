"""Which columns of an UPDATE lose values that they had before the revision."""

from schemaguard.catalog.changes import UpdateRows
from schemaguard.rules.facts.context import Context


def overwritten(change: UpdateRows, context: Context) -> tuple[str, ...]:
    """The columns that existed before and don't keep what they hold; those that are only filled keep it."""
    kept = {*change.unchanged, *change.filled}
    return tuple(
        column
        for column in dict.fromkeys(change.columns)
        if column not in kept and context.column_existed_before(change.table, column)
    )
