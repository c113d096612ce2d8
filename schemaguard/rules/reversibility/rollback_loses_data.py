"""rollback-loses-data: taking the change back can't bring the data back."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropColumn, DropTable
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.announced import is_fulfilled
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.subject import subject
from schemaguard.rules.reversibility.taking_back import severity, taken_back
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    back = taken_back(context)
    if back is not None and back.cls == "lossy":
        message = f"taking it back loses data: {back.why}"
        found = Severity.WARNING if _is_awaited(change, context) else severity(change, context)
        yield Match(object=subject(change), message=message, severity=found)


def _is_awaited(change: Change, context: Context) -> bool:
    """Whether the revision waited for it until nobody needed it, so that no way back leads there."""
    match change:
        case DropColumn(table=table, column=column):
            return is_fulfilled(context, table, column)
        case DropTable(table=table):
            return is_fulfilled(context, table)
        case _:
            return False


RULE = Rule(
    id="rollback-loses-data",
    family=Family.REVERSIBILITY,
    severity=Severity.WARNING,
    when="a change whose inverse can't restore what was there",
    effect="model and schema go back, and the data that the old version needs doesn't",
    instead="keep the old data until the release has proven itself: write to a new column, retire instead of dropping",
    watches=EVERY,
    check=_check,
)
