"""drop-trigger: DROP TRIGGER of a trigger that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropObject, EnableTrigger
from schemaguard.finding import Family, Severity
from schemaguard.frozen import replace
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import dropped_objects
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if isinstance(change, EnableTrigger) and _is_switched_off(change, context):
        what = "every trigger" if change.trigger in ("ALL", "USER") else f"trigger {change.trigger}"
        message = f"{what} on {change.table} is switched off"
        yield Match(object=f"{change.table}.{change.trigger}", message=message, instead=_OFF)
    for drop in dropped_objects(context, ("trigger",)):
        yield Match(object=f"{drop.on}.{drop.object}", message=f"trigger {drop.object} on {drop.on} is dropped")


def _is_switched_off(change: EnableTrigger, context: Context) -> bool:
    """Whether it is off when the transaction commits: nobody else writes meanwhile."""
    if change.enabled or not context.existed_before(change.table):
        return False
    on_again = replace(change, enabled=True)
    return on_again not in context.facts.afterwards_in_transaction


_OFF = "switch it on again in the same transaction, or release code that does without it first"


RULE = Rule(
    id="drop-trigger",
    family=Family.DESTRUCTIVE,
    severity=Severity.WARNING,
    when="DROP TRIGGER or DISABLE TRIGGER of a trigger that an earlier revision made, and that its transaction "
    "doesn't make or switch on again",
    effect="what it kept up to date, checked or recorded no longer is",
    instead="release code that does without it, then drop it in a later revision",
    watches=(DropObject, EnableTrigger),
    check=_check,
    aliases=("squawk/ban-drop-trigger", "squawk/ban-disable-trigger"),
)
