"""uncommitted-transaction: a BEGIN that no COMMIT follows."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, ControlTransaction
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.hygiene.transactions import is_left_open
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if isinstance(change, ControlTransaction) and is_left_open(change, context):
        yield Match(object="transaction", message="the transaction that begins here is never committed")


RULE = Rule(
    id="uncommitted-transaction",
    family=Family.HYGIENE,
    severity=Severity.ERROR,
    when="BEGIN without a COMMIT in the same file",
    effect="the connection is closed with the transaction open: everything in it is undone, without an error",
    instead="write COMMIT at the end",
    watches=(ControlTransaction,),
    check=_check,
    aliases=("squawk/ban-uncommitted-transaction",),
)
