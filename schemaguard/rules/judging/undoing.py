"""What a revision's own downgrade() leaves otherwise than it was."""

from collections.abc import Iterator

from schemaguard.catalog.changes import (
    DeleteRows,
    DropColumn,
    DropTable,
    Opaque,
    TruncateTable,
    Unreadable,
    UpdateRows,
)
from schemaguard.catalog.objects import Name
from schemaguard.frozen import replace
from schemaguard.history.revision import Run
from schemaguard.rules.facts.walk import Visit, walk
from schemaguard.rules.facts.way_back import shape_after

_SHOWN = 3


def left_otherwise(run: Run, back: Run) -> tuple[str, ...]:
    """What of before `run` its way `back` doesn't bring back, loses or can't be known to; empty where all is as before.

    Rows that the revision itself changes or loses aren't told here: that is its class.
    """
    # Walked together, what the revision has made is known under the names that the way back gives it.
    walked = walk(replace(run, steps=(*run.steps, *back.steps)))
    forth = tuple(visit for visit in walked if visit.step_index < len(run.steps))
    visits = walked[len(forth) :]
    rows = [f"{visit.step.statement.place}: {done}" for visit in visits for done in _of_rows(visit)]
    unknown = [
        f"{visit.step.statement.place}: {visit.change.reason}"
        for visit in visits
        if isinstance(visit.change, Opaque | Unreadable)
    ]
    return (*rows, *(unknown or _of_shape(run, back, forth)))


def _of_shape(run: Run, back: Run, forth: tuple[Visit, ...]) -> Iterator[str]:
    other = shape_after(run, forth, back)
    yield from (f"the schema isn't as before: {each}" for each in other[:_SHOWN])
    if len(other) > _SHOWN:
        yield f"the schema isn't as before in {len(other) - _SHOWN} more"


def _of_rows(visit: Visit) -> Iterator[str]:
    """What the way back does to rows and values of before the revision."""
    match visit.change:
        case UpdateRows() as change if not _is_own(change.table, visit):
            kept = {*change.unchanged, *change.filled}
            for column in dict.fromkeys(change.columns):
                if column not in kept and not _is_own(change.table, visit, column):
                    yield f"overwrites {change.table}.{column}"
        case DeleteRows(table=table) | TruncateTable(table=table) if not _is_own(table, visit):
            yield f"deletes rows of {table}"
        # What is dropped and made again has the same shape and no values.
        case DropTable(table=table) if not _is_own(table, visit):
            yield f"drops {table}"
        case DropColumn(table=table, column=column) if not _is_own(table, visit, column):
            yield f"drops {table}.{column}"
        case _:
            pass


def _is_own(table: Name, visit: Visit, column: str | None = None) -> bool:
    """Whether the revision has made the table or the column."""
    name = visit.before.resolve(table)
    return name in visit.made.tables or (name, column) in visit.made.columns
