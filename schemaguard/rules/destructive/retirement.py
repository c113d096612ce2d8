"""When a drop loses nothing, and how to get there: the safer way, filled in with the author's names."""

from schemaguard.catalog.changes import DropColumn, DropTable
from schemaguard.catalog.inverse import inverse
from schemaguard.catalog.objects import Name
from schemaguard.finding import Reader
from schemaguard.rules.facts.context import Context


def is_announced(change: DropColumn | DropTable, context: Context, readers: tuple[Reader, ...]) -> bool:
    """Whether nobody in a window needs the object any more, and the guard will hide it instead of dropping it."""
    if readers or not context.assumptions.with_guard:
        return False
    return inverse(change, context.before, with_guard=True).cls in ("instant", "slow")


def stop_using(context: Context, table: Name, column: str | None = None) -> str:
    """The way in which a column or table is taken away without losing it, ready to be pasted."""
    drop = _drop(context.is_python, table, column)
    what = f"{table}.{column}" if column else str(table)
    steps = [f"1. release code that no longer names {what}"]
    loosened = _loosened(context, table, column)
    if loosened:
        steps[0] += ", and let new rows do without it:"
        steps.append(f"    {loosened}")
    steps.append(
        "2. later, in a revision of its own, with the guard in env.py, which hides it and keeps what is in it:"
    )
    steps.append(f"    {drop}")
    return "\n".join(steps)


def _drop(is_python: bool, table: Name, column: str | None) -> str:
    if not is_python:
        return f"ALTER TABLE {table} DROP COLUMN {column};" if column else f"DROP TABLE {table};"
    schema = f', schema="{table.schema}"' if table.schema not in (None, "public") else ""
    return f'op.drop_column("{table.name}", "{column}"{schema})' if column else f'op.drop_table("{table.name}"{schema})'


def _loosened(context: Context, table: Name, column: str | None) -> str | None:
    known = context.before.table(table)
    found = known.column(column) if known is not None and column is not None else None
    if found is None or not found.not_null or found.filling is not None or found.identity is not None:
        return None
    if not context.is_python:
        return f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL;"
    schema = f', schema="{table.schema}"' if table.schema not in (None, "public") else ""
    return f'op.alter_column("{table.name}", "{column}", nullable=True{schema})'
