"""irreversible-data: rows or labels that the downgrade doesn't take back."""

from collections.abc import Iterator, Sequence

from schemaguard.catalog.changes import (
    AddEnumValue,
    Change,
    DeleteRows,
    InsertRows,
    Opaque,
    TruncateTable,
    Unreadable,
    UpdateRows,
)
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.standing import meanings
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import RevisionContext
from schemaguard.rules.facts.walk import Visit
from schemaguard.rules.rule import Match, Rule


def _check(context: RevisionContext) -> Iterator[Match]:
    downgrade = context.downgrade
    # A way back that raises says itself that there is none; plain SQL without one says nothing.
    if downgrade is None or not (downgrade.steps or (downgrade.is_empty and _is_python(context))):
        return
    if any(isinstance(c, Opaque | Unreadable) for step in downgrade.steps for c in step.changes):
        return
    back = [(change, step.before) for step in downgrade.steps for change in step.changes]
    for visit in context.visits:
        said = None if visit.is_for_nothing else _left(visit, back, downgrade.after)
        if said is not None:
            message = f"{said[1]}, and downgrade() doesn't take that back"
            yield Match(object=said[0], message=message, place=visit.step.statement.place)


def _is_python(context: RevisionContext) -> bool:
    return context.run.revision.file.endswith(".py")


def _left(visit: Visit, back: Sequence[tuple[Change, Catalog]], left: Catalog) -> tuple[str, str] | None:
    """What the visit leaves: its object, and what is done to it."""
    match visit.change:
        case InsertRows(table=table) | UpdateRows(table=table) | DeleteRows(table=table):
            name = visit.before.resolve(table)
            is_own = name in visit.made.tables or name not in left.tables
            if is_own or any(_touches(change, before, name) for change, before in back):
                return None
            if isinstance(visit.change, UpdateRows) and not _stays(visit.change, name, visit, left):
                return None
            return str(table), f"rows of {table} are {_DONE[type(visit.change)]}"
        case AddEnumValue(type=name, value=value):
            named = Name(name.name, name.schema)
            now = next((left.enums[meant] for meant in meanings(left, named) if meant in left.enums), None)
            if now is not None and value in now.labels:
                return str(name), f"{value!r} is added to {name}"
            return None
        case _:
            return None


def _stays(change: UpdateRows, table: Name, visit: Visit, left: Catalog) -> bool:
    """Whether an updated column that isn't the revision's own is still there after the way back."""
    known = left.tables[table]
    kept = (column for column in change.columns if column not in change.unchanged)
    return any(known.column(column) is not None and (table, column) not in visit.made.columns for column in kept)


def _touches(change: Change, before: Catalog, table: Name) -> bool:
    """Whether the way back does something to the table's rows, too."""
    if not isinstance(change, InsertRows | UpdateRows | DeleteRows | TruncateTable):
        return False
    return before.resolve(change.table) == table


_DONE = {InsertRows: "inserted", UpdateRows: "updated", DeleteRows: "deleted"}


RULE = Rule(
    id="irreversible-data",
    family=Family.REVERSIBILITY,
    severity=Severity.WARNING,
    when="rows inserted, changed or deleted, or an enum label added, which downgrade() doesn't take back",
    effect="after a downgrade the old version meets rows or labels that it doesn't know",
    instead="take it back in downgrade(), or let it raise where there is no way back",
    check_revision=_check,
)
