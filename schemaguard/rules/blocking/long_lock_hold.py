"""long-lock-hold: a scan, rewrite or query while the transaction holds ACCESS EXCLUSIVE."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, NoEffect
from schemaguard.catalog.objects import Name
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import listed
from schemaguard.rules.facts.traffic import CHANGES_UNDER_LOCK, in_use, worked_on
from schemaguard.rules.remedies.constraints import moved_later
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    held = context.facts.alone_before_its_statement
    if not held:
        return
    if isinstance(change, NoEffect):
        yield from _of_query(change, held, context)
        return
    # What its own statement locks, or has locked, is said by the rule of that statement.
    own = {lock.relation for lock in context.facts.work.locks if lock.blocks_reads}
    scanned = worked_on(context) if context.facts.work.grows_with_table else ()
    locked = listed([name for name in held if name not in own], context.before)
    if scanned and locked:
        read = listed(scanned, context.before)
        yield Match(
            object=str(scanned[0]),
            message=f"{read} is {_worked(context)} while the transaction holds ACCESS EXCLUSIVE on {locked}",
            effect=f"reads and writes of {locked} wait until that is done: the time grows with {read}",
            fix=remedied(moved_later(f"what has to work through {read}", context), context),
        )


def _of_query(change: NoEffect, held: tuple[Name, ...], context: Context) -> Iterator[Match]:
    """A query reads what it reads at its leisure, and who waits for the lock waits for it."""
    tables = sorted((name for name in change.reads if in_use(context, name)), key=str)
    if tables and change.command == "SELECT":
        locked, read = listed(held, context.before), listed(tables, context.before)
        yield Match(
            object=str(tables[0]),
            message=f"{read} is queried while the transaction holds ACCESS EXCLUSIVE on {locked}",
            effect=f"reads and writes of {locked} wait until the query is done",
            severity=Severity.WARNING,
        )


def _worked(context: Context) -> str:
    return "written anew" if context.facts.work.work == "rewrite" else "read through"


RULE = Rule(
    id="long-lock-hold",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="a scan, rewrite or query behind a statement of the same transaction that took ACCESS EXCLUSIVE on what it "
    "doesn't lock that way itself",
    effect="reads and writes of the locked table wait until the scan or rewrite is done",
    instead="put what scans or rewrites into a revision of its own",
    watches=(*CHANGES_UNDER_LOCK, NoEffect),
    check=_check,
    aliases=("eugene/E4", "eugene/E10", "eugene/E16", "django-migration-linter/CREATE_INDEX_EXCLUSIVE"),
    is_graded=True,
)
