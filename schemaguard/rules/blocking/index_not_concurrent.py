"""index-not-concurrent: CREATE INDEX on a table that existed before, without CONCURRENTLY."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, CreateIndex
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use, worked_on
from schemaguard.rules.remedies.indexes import built_concurrently
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case CreateIndex(concurrently=False) if in_use(context, change.index.table) and worked_on(context):
            yield Match(
                object=str(change.index.table),
                message=f"{_named(change)} on {change.index.table} is built while writes wait",
                effect=lock_effect(context),
                fix=remedied(built_concurrently(change, context), context),
            )
        case _:
            pass


def _named(change: CreateIndex) -> str:
    return f"the index {change.name}" if change.name is not None else "an index"


RULE = Rule(
    id="index-not-concurrent",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="CREATE INDEX without CONCURRENTLY on a table that an earlier revision made",
    effect="SHARE on the table keeps every write waiting while all rows are read",
    instead="build it with CONCURRENTLY, outside of a transaction",
    watches=(CreateIndex,),
    check=_check,
    aliases=(
        "squawk/require-concurrent-index-creation",
        "strong_migrations/add_index",
        "strong_migrations/add_reference",
        "atlas/PG101",
        "eugene/E6",
        "django-migration-linter/CREATE_INDEX",
        "django-migration-linter/CREATE_INDEX_EXCLUSIVE",
    ),
    is_graded=True,
)
