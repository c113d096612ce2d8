"""unpopulated-view: a materialized view is left without data at a commit point."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, CreateView, RefreshView
from schemaguard.catalog.objects import View
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case CreateView(view=View(name=name, materialized=True)):
            pass
        case RefreshView(view=name, with_data=False):
            pass
        case _:
            return
    resolved = context.before.resolve(name)
    is_new = resolved not in context.before.views
    # Nobody reads a view yet that wasn't there: what counts is how the revision leaves it.
    left = (context.run.after if is_new else context.facts.at_commit).views.get(resolved)
    made = context.after.views.get(context.after.resolve(name))
    if made is not None and not made.populated and left is not None and not left.populated:
        yield Match(object=str(name), message=f"materialized view {name} is left without data")


RULE = Rule(
    id="unpopulated-view",
    family=Family.CLIENTS,
    severity=Severity.ERROR,
    when="WITH NO DATA, when no REFRESH follows before it commits",
    effect="readers of the view fail with 55000 until somebody refreshes it",
    instead="fill it in the same transaction: leave out WITH NO DATA, or REFRESH MATERIALIZED VIEW",
    watches=(CreateView, RefreshView),
    check=_check,
)
