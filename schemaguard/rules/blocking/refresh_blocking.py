"""refresh-blocking: REFRESH MATERIALIZED VIEW without CONCURRENTLY."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, RefreshView
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use
from schemaguard.rules.remedies.indexes import refreshed_concurrently
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case RefreshView(view=name, concurrently=False) if in_use(context, name):
            view = context.before.views.get(context.before.resolve(name))
            if view is None or view.populated:
                yield Match(
                    object=str(name),
                    message=f"readers of {name} wait until its query has run",
                    effect=lock_effect(context),
                    fix=remedied(refreshed_concurrently(change, context), context),
                )
        case _:
            pass


RULE = Rule(
    id="refresh-blocking",
    family=Family.BLOCKING,
    severity=Severity.WARNING,
    when="REFRESH MATERIALIZED VIEW without CONCURRENTLY of a view that holds rows",
    effect="ACCESS EXCLUSIVE on the view keeps its readers waiting while its query runs",
    instead="give it a unique index, and refresh it with CONCURRENTLY",
    watches=(RefreshView,),
    check=_check,
    is_graded=True,
)
