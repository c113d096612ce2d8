"""detach-partition-blocking: DETACH PARTITION without CONCURRENTLY."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DetachPartition
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use
from schemaguard.rules.remedies.indexes import detached_concurrently
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case DetachPartition(table=table, partition=partition, concurrently=False, finalizes=False) if in_use(
            context, table
        ):
            yield Match(
                object=str(partition),
                message=f"{partition} is detached from {table} while reads and writes wait",
                effect=lock_effect(context),
                fix=remedied(detached_concurrently(change, context), context),
            )
        case _:
            pass


RULE = Rule(
    id="detach-partition-blocking",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="DETACH PARTITION without CONCURRENTLY",
    effect="ACCESS EXCLUSIVE on the partitioned table: all queue behind it while it waits for open transactions",
    instead="detach it with CONCURRENTLY, outside of a transaction",
    watches=(DetachPartition,),
    check=_check,
    aliases=("squawk/require-concurrent-partition-detach",),
)
