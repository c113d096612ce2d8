"""retype-column: a type change that isn't a pure widening."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, RetypeColumn
from schemaguard.catalog.retyping import is_plain_cast, retyping
from schemaguard.catalog.types import Type
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.phase import is_widening
from schemaguard.rules.facts.splitting import split_instead
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if not isinstance(change, RetypeColumn) or not context.column_existed_before(change.table, change.column):
        return
    table = context.before.table(change.table)
    column = table.column(change.column) if table is not None else None
    has_own_values = change.using is not None and not is_plain_cast(change.using, change.column)
    if column is not None and not has_own_values and _is_pure(column.type, change.type):
        return
    what = f"{change.table}.{change.column}"
    was = f" from {column.type}" if column is not None else ""
    instead = split_instead(RULE.instead, context, change.table, change.column)
    yield Match(object=what, message=f"{what} changes its type{was} to {change.type}", instead=instead)


def _is_pure(old: Type, new: Type) -> bool:
    """Whether clients get and may send what they did: every value fits, and arrives as the same type of theirs."""
    if is_widening(old, new):
        return True
    how = retyping(old, new)
    keeps_all = not (how.narrows or how.loses or how.needs_using)
    if keeps_all and {old.name, new.name} & {"citext"} and how.work == "none":
        return True
    return keeps_all and (old.name, old.dimensions) == (new.name, new.dimensions)


RULE = Rule(
    id="retype-column",
    family=Family.CLIENTS,
    severity=Severity.ERROR,
    when="ALTER … TYPE, unless every value of the old type is one of the new type and arrives as before",
    effect="running code gets other values, or its writes no longer fit, as soon as this commits",
    instead="add a second column of the new type, let new code write both, fill the old rows in batches; drop the "
    "old column when nothing uses it",
    watches=(RetypeColumn,),
    check=_check,
    aliases=(
        "squawk/changing-column-type",
        "strong_migrations/change_column",
        "atlas/PG301",
        "eugene/E5",
        "eugene/E10",
        "django-migration-linter/ALTER_COLUMN",
    ),
)
