"""concurrent-in-transaction: CONCURRENTLY inside of a transaction, where PostgreSQL refuses it."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, CreateIndex, DetachPartition, DropIndex, Reindex
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.indexes import outside_of_the_transaction
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case (
            CreateIndex(concurrently=True)
            | DropIndex(concurrently=True)
            | Reindex(concurrently=True)
            | DetachPartition(concurrently=True)
        ) if not context.step.autocommit:
            yield Match(
                object=str(_subject(change)),
                message=f"CONCURRENTLY on {_subject(change)} stands inside of a transaction",
                fix=remedied(outside_of_the_transaction(change), context),
            )
        case _:
            pass


def _subject(change: CreateIndex | DropIndex | Reindex | DetachPartition) -> object:
    match change:
        case CreateIndex(index=index, name=name):
            return name or index.table
        case DropIndex(index=dropped):
            return dropped
        case Reindex(kind=kind, name=rebuilt):
            return rebuilt or kind
        case DetachPartition(partition=partition):
            return partition


RULE = Rule(
    id="concurrent-in-transaction",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="CREATE INDEX, DROP INDEX, REINDEX or DETACH PARTITION … CONCURRENTLY inside of a transaction",
    effect="the migration fails here: PostgreSQL refuses it with 25001, and what follows doesn't run",
    instead="run it outside of a transaction: `op.get_context().autocommit_block()`, or what the tool has for it",
    watches=(
        CreateIndex,
        DropIndex,
        Reindex,
        DetachPartition,
    ),
    check=_check,
    aliases=(
        "squawk/ban-concurrent-index-creation-in-transaction",
        "atlas/PG103",
    ),
)
