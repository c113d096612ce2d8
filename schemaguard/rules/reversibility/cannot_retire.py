"""cannot-retire: a drop that can't become a retirement."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropColumn, DropConstraint, DropIndex, DropTable
from schemaguard.catalog.objects import Name, PrimaryKey, Unique
from schemaguard.catalog.retirability import retirability
from schemaguard.finding import Family, Severity
from schemaguard.history.declared_fill import is_filled
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.pasting import pasted
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case DropColumn(table=table, column=column) if context.column_existed_before(table, column):
            yield from _obstacle(change, context, f"{table}.{column}")
        case DropTable(table=table) if context.existed_before(table):
            yield from _obstacle(change, context, str(table))
        case DropIndex(index=name):
            index = context.before.indexes.get(context.before.resolve(name))
            if index is not None and context.existed_before(index.table):
                yield from _before_its_column(str(name), index.table, {key.column for key in index.keys}, context)
        case DropConstraint(table=table, constraint=name) if context.existed_before(table):
            known = context.before.table(table)
            constraint = known.constraint(name) if known is not None else None
            if isinstance(constraint, PrimaryKey | Unique):
                yield from _before_its_column(name, table, set(constraint.columns), context)
        case _:
            pass


def _obstacle(change: DropColumn | DropTable, context: Context, what: str) -> Iterator[Match]:
    found = retirability(change, context.before)
    if found is None or found.cls == "instant":
        return
    if found.cls == "needs values" and _says_what_rows_get(change, context):
        return
    first = found.first
    instead = first if isinstance(first, str) else f"first:\n{pasted(context, first)}"
    how = "can't be retired" if found.cls == "impossible" else "can't come back at once"
    yield Match(object=what, message=f"{what} {how}: {found.why}", instead=instead or None)


def _says_what_rows_get(change: DropColumn | DropTable, context: Context) -> bool:
    said = context.run.comments
    return isinstance(change, DropColumn) and is_filled(said, change.table, change.column, context.before)


def _before_its_column(name: str, table: Name, columns: set[str | None], context: Context) -> Iterator[Match]:
    """Indexes that go before their column does: dropped with the column they would be hidden with it."""
    for visit in context.facts.later:
        later = visit.change
        if not isinstance(later, DropColumn) or later.column not in columns:
            continue
        if visit.before.resolve(later.table) == context.before.resolve(table):
            message = f"{name} goes before its column {table}.{later.column} does, so it is built anew on the way back"
            yield Match(object=name, message=message, instead=f"leave this out: it goes with {later.column}")
            return


RULE = Rule(
    id="cannot-retire",
    family=Family.REVERSIBILITY,
    severity=Severity.WARNING,
    when="a drop of what can't be hidden instead: of a key, a partition key, a replica identity, or of a "
    "column that nothing fills",
    effect="the guard can't keep it, so the way back scans, copies, or doesn't exist",
    instead="take away first what holds it",
    watches=(DropColumn, DropConstraint, DropIndex, DropTable),
    check=_check,
)
