"""rewrite-column-type: a type change that rewrites the table or its indexes, or checks all rows again."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, RetypeColumn
from schemaguard.catalog.retyping import retyping
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import listed, lock_effect
from schemaguard.rules.facts.splitting import split_instead
from schemaguard.rules.facts.traffic import in_use, worked_on
from schemaguard.rules.remedies.columns import checked_later
from schemaguard.rules.remedies.retyping import required_length, spared
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case RetypeColumn(table=table, column=column) if in_use(context, table):
            what = _what(change, context)
            if what is not None:
                remedy = checked_later(change, context) or required_length(change, context)
                yield Match(
                    object=f"{table}.{column}",
                    message=f"{what} to make {column} {change.type}",
                    effect=lock_effect(context),
                    instead=f"{spared(change, context)}{split_instead(RULE.instead, context, table, column)}",
                    fix=remedied(remedy, context),
                )
        case _:
            pass


def _what(change: RetypeColumn, context: Context) -> str | None:
    """What the server has to work through, None where it is the catalog alone."""
    work = context.facts.work.work
    if work == "rewrite" and worked_on(context):
        return f"{change.table} is rewritten"
    if work == "scan" and worked_on(context):
        return f"every row of {change.table} is checked again"
    table = context.before.table(change.table)
    column = table.column(change.column) if table is not None else None
    if table is None or column is None or not retyping(column.type, change.type).rebuilds_indexes:
        return None
    rebuilt = [
        name
        for name in context.before.indexes_of.get(table.name, ())
        if any(change.column in (key.column, *key.columns) for key in context.before.indexes[name].keys)
    ]
    return f"{listed(rebuilt, context.before)} built anew" if rebuilt else None


RULE = Rule(
    id="rewrite-column-type",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="a type change of an existing column that rewrites the table or its indexes, or checks all rows again",
    effect="ACCESS EXCLUSIVE on the table keeps reads and writes waiting while it is rewritten",
    instead="add a column of the new type, keep both filled, switch the readers, and drop the old one later",
    watches=(RetypeColumn,),
    check=_check,
    aliases=(
        "squawk/changing-column-type",
        "strong_migrations/change_column",
        "atlas/PG301",
        "eugene/E5",
        "eugene/E10",
    ),
    is_graded=True,
)
