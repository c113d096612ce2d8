"""What a revision's own downgrade() leaves otherwise than it was."""

import re
from collections.abc import Iterator

from schemaguard.catalog.changes import (
    AlterSequence,
    DeleteRows,
    DropColumn,
    DropObject,
    DropTable,
    Opaque,
    RetypeColumn,
    SetColumnOption,
    SetIdentity,
    TruncateTable,
    Unreadable,
    UpdateRows,
)
from schemaguard.catalog.converting import keeps_values
from schemaguard.catalog.fold.cascade import reach
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.retyping import is_plain_cast, retyping
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility import Breakage
from schemaguard.contracts.whole import whole_contracts
from schemaguard.frozen import replace
from schemaguard.history.revision import Run
from schemaguard.rules.facts.blame import blame
from schemaguard.rules.facts.concerned import directory
from schemaguard.rules.facts.walk import Visit, walk
from schemaguard.rules.facts.way_back import shape_after
from schemaguard.window.under_contract import UnderContract, VersionInWindow

_SHOWN = 3
_RESTART = re.compile(r"\brestart\b", re.IGNORECASE)
_OF_ROWS = frozenset({"rows-deleted", "rows-overwritten", "values-converted", "partition-gone", "unlisted", "opaque"})


def left_otherwise(run: Run, back: Run) -> tuple[str, ...]:
    """What of before `run` its way `back` doesn't bring back, loses or can't be known to; empty where all is as before.

    Rows that the revision itself changes or loses aren't told here: that is its class.
    """
    # Walked together, what the revision has made is known under the names that the way back gives it.
    walked = walk(replace(run, steps=(*run.steps, *back.steps)))
    forth = tuple(visit for visit in walked if visit.step_index < len(run.steps))
    visits = walked[len(forth) :]
    rows = [f"{visit.step.statement.place}: {done}" for visit in visits for done in _of_rows(visit, run.before)]
    felt = (f"{visit.step.statement.place}: {said}" for visit, said in _felt(run, back, walked, forth))
    unknown = [
        f"{visit.step.statement.place}: {visit.change.reason}"
        for visit in visits
        if isinstance(visit.change, Opaque | Unreadable)
    ]
    return (*dict.fromkeys((*rows, *felt)), *(unknown or _of_shape(run, back, forth)))


def _of_shape(run: Run, back: Run, forth: tuple[Visit, ...]) -> Iterator[str]:
    other = shape_after(run, forth, back)
    yield from (f"the schema isn't as before: {each}" for each in other[:_SHOWN])
    if len(other) > _SHOWN:
        yield f"the schema isn't as before in {len(other) - _SHOWN} more"


def _of_rows(visit: Visit, first: Catalog) -> Iterator[str]:
    """What the way back does to rows, values and counters of before the revision."""
    yield from _of_counters(visit, first)
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
        case DropObject(cascade=True) as change:
            for gone in reach(change, visit.before):
                if gone.kind in ("table", "column") and not _is_own(gone.name, visit, gone.part):
                    yield f"drops {gone.name}{f'.{gone.part}' if gone.part is not None else ''}"
        case RetypeColumn(table=table, column=column) as change if not _is_own(table, visit, column):
            if _loses(change, visit.before):
                yield f"converts {table}.{column} to values that aren't the same"
        case _:
            pass


def _of_counters(visit: Visit, first: Catalog) -> Iterator[str]:
    """What the way back does to counters that were there before the revision."""
    match visit.change:
        case DropObject(kind="sequence", object=name) if _is_counter_of(first, name, visit):
            yield f"drops the counter {name}"
        case AlterSequence(sequence=name, restarts=True, continues=False) if _is_counter_of(first, name, visit):
            yield f"sets the counter {name}"
        case SetColumnOption(table=table, column=column, option=option) if not _is_own(table, visit, column):
            if _RESTART.search(option):
                yield f"sets the counter of {table}.{column}"
        case SetIdentity(table=table, column=column, is_new=True) if not _is_own(table, visit, column):
            yield f"lets {table}.{column} count from its beginning"
        case _:
            pass


def _is_counter_of(first: Catalog, name: Name, visit: Visit) -> bool:
    """Whether the sequence was there before the revision, under whatever name, or was made elsewhere."""
    known = visit.before.sequences.get(visit.before.resolve(name))
    return known is None or any(known.number == each.number for each in first.sequences.values())


def _felt(run: Run, back: Run, walked: tuple[Visit, ...], forth: tuple[Visit, ...]) -> Iterator[tuple[Visit, str]]:
    """What the program that was there before finds otherwise once both are done, and what the way back does to rows.

    Between the two the program has written, so that what the revision has made isn't empty any more.
    """
    labels_stay = _labels(run.before) <= _labels(back.after)
    for position, each in _blamed(walked, run.before):
        # Labels that change places are other values.
        if position >= len(forth) and not (labels_stay and each.cause == "value-renamed"):
            yield walked[position], each.message
    visits = walk(back)
    for position, each in _blamed(visits, _without_own(run, forth)):
        if each.cause in _OF_ROWS:
            yield visits[position], each.message


def _blamed(visits: tuple[Visit, ...], promised: Catalog) -> Iterator[tuple[int, Breakage]]:
    """(place among the visits, what is felt there) by who reads and writes all that the catalog has."""
    held = tuple(UnderContract(each, (VersionInWindow("", "active"),)) for each in whole_contracts("", "", promised))
    for position, blamed in sorted(blame(visits, directory(held)).items()):
        yield from ((position, each.breakage) for each in blamed if not each.is_between)


def _labels(catalog: Catalog) -> set[tuple[Name, str]]:
    return {(name, label) for name, enum in catalog.enums.items() for label in enum.labels}


def _without_own(run: Run, forth: tuple[Visit, ...]) -> Catalog:
    """What is there after the revision, less what it has made itself."""
    if not forth:
        return run.after
    made = forth[-1].made.after(forth[-1].change, forth[-1].before)
    tables = {
        name: replace(table, columns=tuple(each for each in table.columns if (name, each.name) not in made.columns))
        for name, table in run.after.tables.items()
        if name not in made.tables
    }
    return replace(run.after, tables=tables)


def _loses(change: RetypeColumn, catalog: Catalog) -> bool:
    """Whether values come out otherwise without an error; what doesn't fit fails, and nothing is lost."""
    table = catalog.table(change.table)
    column = table.column(change.column) if table is not None else None
    if column is None:
        return True
    by_itself = change.using is None or is_plain_cast(change.using, change.column)
    return retyping(column.type, change.type).loses if by_itself else not _is_kept(change, column.type)


def _is_kept(change: RetypeColumn, old: Type) -> bool:
    return change.using is not None and keeps_values(change.using, change.column, old, change.type)


def _is_own(table: Name, visit: Visit, column: str | None = None) -> bool:
    """Whether the revision has made the table or the column."""
    name = visit.before.resolve(table)
    return name in visit.made.tables or (name, column) in visit.made.columns
