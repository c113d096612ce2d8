"""detach-rows: a partition with rows of an existing table goes."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DetachPartition, DropTable, SetInheritance
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case DetachPartition(table=table, partition=partition) if context.existed_before(partition):
            parent, done = table, "detached from"
        case DropTable(table=partition) if context.existed_before(partition):
            known = context.before.table(partition)
            if known is None or known.partition_of is None:
                return
            parent, done = known.partition_of, "dropped from"
        case SetInheritance(table=partition, parent=table, inherits=False) if context.existed_before(partition):
            parent, done = table, "taken out of"
        case _:
            return
    left = context.facts.at_commit.table(partition)
    if left is None or (left.partition_of is None and not left.inherits):
        yield Match(object=str(parent), message=f"the rows of {partition} are {done} {parent}")


RULE = Rule(
    id="detach-rows",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="DETACH, DROP or NO INHERIT of a partition or child that an earlier revision made",
    effect="readers of the parent no longer get its rows, and writes for its range fail with 23514",
    instead="check that no model or report reads that range any more, then detach it CONCURRENTLY",
    watches=(DetachPartition, DropTable, SetInheritance),
    check=_check,
    aliases=("squawk/ban-detach-inheritance",),
)
