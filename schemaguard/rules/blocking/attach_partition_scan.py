"""attach-partition-scan: ATTACH PARTITION that has to look at rows."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AttachPartition, Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import listed, lock_effect
from schemaguard.rules.facts.traffic import worked_on
from schemaguard.rules.remedies.partitions import checked_before
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AttachPartition(table=table, partition=partition) if scanned := worked_on(context):
            yield Match(
                object=str(partition),
                message=f"{partition} is attached to {table} while {listed(scanned, context.before)} is looked through",
                effect=lock_effect(context),
                fix=remedied(checked_before(change, context), context),
            )
        case _:
            pass


RULE = Rule(
    id="attach-partition-scan",
    family=Family.BLOCKING,
    severity=Severity.WARNING,
    when="ATTACH PARTITION of an existing table without a validated CHECK that implies its bounds",
    effect="ACCESS EXCLUSIVE on the partition, and on the default partition, while all of its rows are read",
    instead="add a CHECK of the bounds NOT VALID and validate it first; drop it afterwards",
    watches=(AttachPartition,),
    check=_check,
    is_graded=True,
)
