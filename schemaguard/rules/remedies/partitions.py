"""Partitions that are attached without a look at their rows."""

from schemaguard.catalog.changes import AddConstraint, AttachPartition, DropConstraint, ValidateConstraint
from schemaguard.catalog.names import truncate
from schemaguard.catalog.objects import Check, Name
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.remedy import FollowUp, Remedy


def checked_before(change: AttachPartition, context: Context) -> Remedy | None:
    """The bounds as a CHECK first, validated beside the partition's users; then it is attached without a scan."""
    condition = _range(change, context)
    if condition is None:
        return None
    name = truncate(f"{change.partition.name}_bounds")
    check = Check(name, condition[0], (condition[1],), valid=False)
    attached = FollowUp(
        "validate that, which reads and writes don't wait for, and attach it",
        (ValidateConstraint(change.partition, name), change, DropConstraint(change.partition, name)),
    )
    title = "check its bounds for new rows first, without a look at the old ones"
    return Remedy(title, (AddConstraint(change.partition, check),), (attached,))


def _range(change: AttachPartition, context: Context) -> tuple[str, str] | None:
    """The condition of a range over one column in the plain form, and that column; None for any other bound."""
    from schemaguard.catalog.proofs import bounds_of
    from schemaguard.sql.writing.identifiers import quote

    parent = context.before.table(change.table)
    values = bounds_of(change.bound)
    if parent is None or len(parent.partition_key) != 1 or values is None or _has_default(parent.name, context):
        return None
    column = quote(parent.partition_key[0])
    low, high = values
    return f"{column} IS NOT NULL AND {column} >= {low} AND {column} < {high}", parent.partition_key[0]


def _has_default(parent: Name, context: Context) -> bool:
    users = context.before.dependents.get(parent, ())
    return any(
        (child := context.before.tables.get(user)) is not None
        and child.partition_of == parent
        and (child.partition_bound or "").strip().upper() == "DEFAULT"
        for user in users
    )
