"""long-lock-hold: a scan or rewrite while the transaction holds ACCESS EXCLUSIVE."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import listed
from schemaguard.rules.facts.traffic import CHANGES_UNDER_LOCK, worked_on
from schemaguard.rules.remedies.constraints import moved_later
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(_: Change, context: Context) -> Iterator[Match]:
    # What its own statement locked is said by the rule of that statement.
    held = context.facts.alone_before_its_statement
    if not held or not context.facts.work.grows_with_table:
        return
    scanned = worked_on(context)
    if scanned:
        locked, read = listed(held, context.before), listed(scanned, context.before)
        yield Match(
            object=str(scanned[0]),
            message=f"{read} is {_worked(context)} while the transaction holds ACCESS EXCLUSIVE on {locked}",
            effect=f"reads and writes of {locked} wait until that is done: the time grows with {read}",
            fix=remedied(moved_later(f"what has to work through {read}", context), context),
        )


def _worked(context: Context) -> str:
    return "written anew" if context.facts.work.work == "rewrite" else "read through"


RULE = Rule(
    id="long-lock-hold",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="a scan or rewrite behind a statement of the same transaction that took ACCESS EXCLUSIVE",
    effect="reads and writes of the locked table wait until the scan or rewrite is done",
    instead="put what scans or rewrites into a revision of its own",
    watches=CHANGES_UNDER_LOCK,
    check=_check,
    aliases=("eugene/E4",),
    is_graded=True,
)
