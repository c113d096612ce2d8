"""narrow-column: a column's new type can't hold what the old one could."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, RetypeColumn
from schemaguard.catalog.retyping import is_plain_cast, retyping
from schemaguard.catalog.types import Type
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.splitting import split_instead
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if not isinstance(change, RetypeColumn) or not context.column_existed_before(change.table, change.column):
        return
    table = context.before.table(change.table)
    column = table.column(change.column) if table is not None else None
    if column is None or (change.using is not None and not is_plain_cast(change.using, change.column)):
        return
    how = retyping(column.type, change.type)
    is_lossy = how.narrows or (how.loses and not _keeps_all(column.type, change.type))
    if not is_lossy or _is_bare_text(column.type, change.type):
        return
    what = f"{change.table}.{change.column}"
    effect = None if how.narrows else "values are rounded or cut when this commits, without an error"
    instead = split_instead(RULE.instead, context, change.table, change.column)
    message = f"{what}: {change.type} can't hold every {column.type}"
    yield Match(object=what, message=message, effect=effect, instead=instead)


def _keeps_all(old: Type, new: Type) -> bool:
    """Whether the values come out in another form, and none of what they say is lost."""
    zones = {"timestamp with time zone", "timestamp without time zone"}
    return {old.name, new.name} in (zones, {"json", "jsonb"}) or old.name in ("character", "bpchar")


def _is_bare_text(old: Type, new: Type) -> bool:
    """Whether an enum becomes text or the like, which holds every label."""
    return new.name == "text" and not old.is_built_in


RULE = Rule(
    id="narrow-column",
    family=Family.DESTRUCTIVE,
    severity=Severity.ERROR,
    when="ALTER … TYPE to a type, length or precision that can't hold every value of the type before",
    effect="the migration fails on the first value that doesn't fit, with 22001 or 22003; running code fails on "
    "the next one it writes",
    instead="add a second column of the new type, move the values that fit, and drop the old one when nothing uses it",
    watches=(RetypeColumn,),
    check=_check,
    aliases=("squawk/changing-column-type", "strong_migrations/change_column", "atlas/PG301", "eugene/E5"),
)
