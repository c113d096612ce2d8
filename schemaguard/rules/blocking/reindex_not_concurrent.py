"""reindex-not-concurrent: REINDEX without CONCURRENTLY."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, Reindex
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use
from schemaguard.rules.remedies.indexes import rebuilt_concurrently
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case Reindex(concurrently=False, kind=kind, name=name) if kind != "system" and _is_felt(context):
            of = f"{kind} {name}" if name is not None else kind
            yield Match(
                object=str(name or kind),
                message=f"REINDEX of {of} keeps writes waiting, and reads that would use the index",
                effect=lock_effect(context) if context.facts.work.locks else None,
                fix=remedied(rebuilt_concurrently(change), context),
            )
        case _:
            pass


def _is_felt(context: Context) -> bool:
    """Whether one of its tables is in use; what the catalog doesn't know is."""
    worked_on = context.facts.work.worked_on
    return not worked_on or any(in_use(context, table) for table in worked_on)


RULE = Rule(
    id="reindex-not-concurrent",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="REINDEX without CONCURRENTLY of what an earlier revision made",
    effect="SHARE on the table, ACCESS EXCLUSIVE on the index: writes wait until all rows are read, and most reads too",
    instead="rebuild it with CONCURRENTLY, outside of a transaction",
    watches=(Reindex,),
    check=_check,
    aliases=("squawk/require-concurrent-reindex", "eugene/E10", "django-migration-linter/REINDEX"),
    is_graded=True,
)
