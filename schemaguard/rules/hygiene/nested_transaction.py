"""nested-transaction: BEGIN inside of a transaction, or COMMIT outside of one."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, ControlTransaction
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.hygiene.transactions import misplaced
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if isinstance(change, ControlTransaction) and (said := misplaced(change, context)) is not None:
        message, effect = said
        yield Match(object="transaction", message=message, effect=effect)


RULE = Rule(
    id="nested-transaction",
    family=Family.HYGIENE,
    severity=Severity.ERROR,
    when="BEGIN inside of a transaction, or COMMIT or ROLLBACK of one that the migration didn't begin",
    effect="the server only warns and goes on: what was meant to be undone together no longer is",
    instead="leave transactions to what runs the migrations, or begin and end them in the same file",
    watches=(ControlTransaction,),
    check=_check,
    aliases=("squawk/transaction-nesting",),
)
