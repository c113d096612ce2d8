"""change-replica-identity: what logical replication tells a row by changes."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, SetReplicaIdentity
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule

_NOTHING = "where the table is published, each UPDATE and DELETE fails with 55000 as soon as this commits"


def _check(change: Change, context: Context) -> Iterator[Match]:
    if isinstance(change, SetReplicaIdentity) and context.existed_before(change.table):
        identity = change.identity.upper() if change.identity in ("default", "full", "nothing") else change.identity
        message = f"the replica identity of {change.table} becomes {identity}"
        yield Match(
            object=str(change.table), message=message, effect=_NOTHING if change.identity == "nothing" else None
        )


RULE = Rule(
    id="change-replica-identity",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="REPLICA IDENTITY of a table that an earlier revision made",
    effect="subscribers are sent other old values for each UPDATE and DELETE, and with FULL the whole old row",
    instead="look first at who subscribes to the table, and whether the subscriber has an index for it",
    watches=(SetReplicaIdentity,),
    check=_check,
    aliases=("squawk/ban-replica-identity",),
)
