"""downgrade-differs: the downgrade leaves another schema than there was."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Opaque, Unreadable
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import RevisionContext
from schemaguard.rules.facts.way_back import shape_after
from schemaguard.rules.rule import Match, Rule

_SHOWN = 3


def _check(context: RevisionContext) -> Iterator[Match]:
    run, downgrade = context.run, context.downgrade
    if downgrade is None or downgrade.is_empty or not downgrade.steps or run.after == run.before:
        return
    steps = (*run.steps, *downgrade.steps)
    if any(isinstance(change, Opaque | Unreadable) for step in steps for change in step.changes):
        return
    found = [str(each) for each in shape_after(run, context.visits, downgrade)]
    if found:
        more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        shown = ", ".join(found[:_SHOWN])
        message = f"after downgrade() of {run.revision.id} the schema isn't as before: {shown}{more}"
        yield Match(object=run.revision.id, message=message)


RULE = Rule(
    id="downgrade-differs",
    family=Family.REVERSIBILITY,
    severity=Severity.WARNING,
    when="a downgrade() after which the schema differs from the one before the upgrade",
    effect="going back and forward again fails, or leaves two databases with different schemas",
    instead="correct the downgrade(): every change of upgrade() taken back, in reverse order",
    check_revision=_check,
)
