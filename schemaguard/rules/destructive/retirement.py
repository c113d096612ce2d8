"""When a drop loses nothing, and how to get there: the safer way, filled in with the author's names."""

from schemaguard.catalog.changes import DropColumn, DropNotNull, DropTable
from schemaguard.catalog.inverse import inverse
from schemaguard.catalog.objects import Name
from schemaguard.finding import Reader
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.pasting import pasted


def is_announced(change: DropColumn | DropTable, context: Context, readers: tuple[Reader, ...]) -> bool:
    """Whether nobody in a window needs the object any more, and the guard will hide it instead of dropping it."""
    if readers or not context.assumptions.with_guard:
        return False
    return inverse(change, context.before, with_guard=True).cls in ("instant", "slow", "needs values")


def stop_using(context: Context, table: Name, column: str | None = None) -> str:
    """The way in which a column or table is taken away without losing it, ready to be pasted."""
    what = f"{table}.{column}" if column else str(table)
    steps = [f"1. release code that no longer names {what}"]
    loosened = _loosened(context, table, column)
    if loosened is not None:
        steps[0] += ", and let new rows do without it:"
        steps.append(pasted(context, loosened))
    # The guard stands in Alembic's env.py; what runs files of SQL has no place for it.
    keeping = "with the guard in env.py, which hides it and keeps what is in it" if context.is_python else _NEEDED
    steps.append(f"2. later, in a revision of its own, {keeping}:")
    steps.append(pasted(context, DropColumn(table, column) if column else DropTable(table)))
    return "\n".join(steps)


_NEEDED = "when no code names it any more and what is in it has been kept elsewhere, if anybody may want it"


def _loosened(context: Context, table: Name, column: str | None) -> DropNotNull | None:
    known = context.before.table(table)
    found = known.column(column) if known is not None and column is not None else None
    if found is None or not found.not_null or found.filling is not None or found.identity is not None:
        return None
    return DropNotNull(table, found.name)
