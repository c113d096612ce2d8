"""loosen-column: a column that existed before may be NULL."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AlterDomain, Change, DropNotNull
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import is_older
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if (
        isinstance(change, AlterDomain)
        and change.action == "drop not null"
        and is_older(context, "domain", change.domain)
    ):
        yield Match(object=str(change.domain), message=f"columns of domain {change.domain} may be NULL from now on")
    if not isinstance(change, DropNotNull) or not context.column_existed_before(change.table, change.column):
        return
    table = context.before.table(change.table)
    column = table.column(change.column) if table is not None else None
    if column is None or column.not_null or not column.is_listed:
        what = f"{change.table}.{change.column}"
        yield Match(object=what, message=f"{what} may be NULL from now on")


RULE = Rule(
    id="loosen-column",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="DROP NOT NULL of a column or domain that an earlier revision made",
    effect="running code that relies on a value gets NULL from the first row that has none",
    instead="release code that can read NULL first",
    watches=(AlterDomain, DropNotNull),
    check=_check,
    aliases=("squawk/ban-drop-not-null",),
)
