"""change-policy: which rows of a table that existed before somebody sees or may write changes."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, CreatePolicy, SetRowSecurity
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case CreatePolicy(table=table, policy=policy) if context.existed_before(table):
            done = "changes" if change.is_alter else "gets"
            yield Match(object=str(table), message=f"{table} {done} policy {policy.name}")
        case SetRowSecurity(table=table) if context.existed_before(table) and _differs(change, context):
            switched = "on" if change.enabled or (change.enabled is None and change.forced) else "off"
            who = "row security" if change.enabled is not None else "row security for the owner"
            has_policy = bool(getattr(context.facts.at_commit.table(table), "policies", ()))
            effect = _NOBODY if change.enabled and not has_policy else None
            yield Match(object=str(table), message=f"{who} of {table} is switched {switched}", effect=effect)
        case _:
            pass


def _differs(change: SetRowSecurity, context: Context) -> bool:
    table = context.before.table(change.table)
    if table is None or table.open:
        return True
    return (change.enabled not in (None, table.row_security)) or (change.forced not in (None, table.force_row_security))


_NOBODY = "there is no policy: everybody but the owner reads no row and writes none as soon as this commits"


RULE = Rule(
    id="change-policy",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="CREATE or ALTER POLICY, or row security switched on or off, on a table that an earlier revision made",
    effect="running code sees other rows, without an error, or its writes fail with 42501",
    instead="make the policy for every role that uses the table first, then switch row security on in the same "
    "transaction",
    watches=(CreatePolicy, SetRowSecurity),
    check=_check,
    aliases=(
        "squawk/ban-create-policy",
        "squawk/ban-alter-policy-conditions",
        "squawk/ban-alter-policy-roles",
        "squawk/ban-alter-row-level-security",
        "squawk/ban-disable-trigger",
    ),
)
