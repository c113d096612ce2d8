"""contract-in-window: the old shape is taken away while a model version that needs it is in its window."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.history.revision import Phase
from schemaguard.rules.facts.announced import is_awaited
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.phase import phases
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if not context.blamed or Phase.CONTRACT not in phases(change, context.before, context.made):
        return
    for blamed in context.blamed:
        if blamed.breaks:
            needed = blamed.breakage.object
            message = f"{needed} is taken away while {blamed.held.contract.who} still needs it"
            instead = None
            if is_awaited(context, needed):
                message = f"the revision waits until nobody needs {needed}, and {blamed.held.contract.who} still does"
                instead = f"{RULE.instead}; `schemaguard deferred` says what is left to wait for"
            yield Match(object=needed, message=message, readers=blamed.readers, instead=instead)


RULE = Rule(
    id="contract-in-window",
    family=Family.REVERSIBILITY,
    severity=Severity.ERROR,
    when="a revision that takes an old shape away while a model version that needs it is in its release window",
    effect="the model version breaks, and can't be rolled back to",
    instead="wait until every model version that needs the old shape is out of its window",
    watches=EVERY,
    check=_check,
)
