"""change-generated: how a column that existed before is computed changes."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, SetGenerated
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if not isinstance(change, SetGenerated) or not context.column_existed_before(change.table, change.column):
        return
    what = f"{change.table}.{change.column}"
    if change.expression is None:
        yield Match(object=what, message=f"{what} is no longer computed", effect=_DROPPED)
    else:
        yield Match(object=what, message=f"{what} is computed as {change.expression} from now on")


_DROPPED = "rows written from now on have NULL in it, unless code fills it; old rows keep what they had"


RULE = Rule(
    id="change-generated",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="DROP EXPRESSION or SET EXPRESSION of a generated column that an earlier revision made",
    effect="running code reads other values from it, without an error",
    instead="add a second generated column; drop the old one when nothing reads it",
    watches=(SetGenerated,),
    check=_check,
    aliases=("squawk/ban-drop-generated-expression", "squawk/ban-alter-generated-expression"),
)
