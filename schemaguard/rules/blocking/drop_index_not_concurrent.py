"""drop-index-not-concurrent: DROP INDEX on a table in use, without CONCURRENTLY."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropIndex
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use
from schemaguard.rules.remedies.indexes import dropped_concurrently
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case DropIndex(concurrently=False):
            index = context.before.indexes.get(context.before.resolve(change.index))
            if index is None or in_use(context, index.table):
                yield Match(
                    object=str(change.index),
                    message=f"the index {change.index} is dropped while reads and writes wait",
                    effect=lock_effect(context) if index is not None else None,
                    fix=remedied(dropped_concurrently(change, context), context),
                )
        case _:
            pass


RULE = Rule(
    id="drop-index-not-concurrent",
    family=Family.BLOCKING,
    severity=Severity.WARNING,
    when="DROP INDEX without CONCURRENTLY on a table that an earlier revision made",
    effect="ACCESS EXCLUSIVE on the table: all queue behind it while it waits for open transactions",
    instead="drop it with CONCURRENTLY, outside of a transaction",
    watches=(DropIndex,),
    check=_check,
    aliases=(
        "squawk/require-concurrent-index-deletion",
        "strong_migrations/remove_index",
        "atlas/PG102",
        "django-migration-linter/DROP_INDEX",
        "squawk/ban-drop-index",
    ),
)
