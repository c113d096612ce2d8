"""long-lock-hold: a scan, rewrite or query while the transaction keeps readers or writers of a table waiting."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, NoEffect, ValidateConstraint
from schemaguard.catalog.objects import Name
from schemaguard.finding import Family, Severity
from schemaguard.frozen import dataclass
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import listed
from schemaguard.rules.facts.traffic import CHANGES_UNDER_LOCK, in_use, worked_on
from schemaguard.rules.remedies.constraints import moved_later
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule


@dataclass(frozen=True, slots=True)
class _Held:
    """What the transaction has locked, in words: by ACCESS EXCLUSIVE, or else by what stops writers alone."""

    locked: str
    how: str
    who: str

    @property
    def severity(self) -> Severity | None:
        return None if self.who == "reads and writes" else Severity.WARNING


def _check(change: Change, context: Context) -> Iterator[Match]:
    shut = context.facts.shut_before_its_statement
    if not shut:
        return
    if isinstance(change, NoEffect):
        yield from _of_query(change, shut, context)
        return
    scanned = worked_on(context) if context.facts.work.grows_with_table else ()
    held = _held(shut, context) if scanned else None
    if held is None or (held.severity is not None and isinstance(change, ValidateConstraint)):
        # What is added and validated in one transaction is validate-in-same-transaction.
        return
    read = listed(scanned, context.before)
    yield Match(
        object=str(scanned[0]),
        message=f"{read} is {_worked(context)} while the transaction holds {held.how} on {held.locked}",
        effect=f"{held.who} of {held.locked} wait until that is done: the time grows with {read}",
        severity=held.severity,
        fix=remedied(moved_later(f"what has to work through {read}", context), context),
    )


def _of_query(change: NoEffect, shut: dict[Name, bool], context: Context) -> Iterator[Match]:
    """A query reads what it reads at its leisure, and who waits for the lock waits for it."""
    tables = sorted((name for name in change.reads if in_use(context, name)), key=str)
    held = _held(shut, context) if tables and change.command == "SELECT" else None
    if held is not None:
        read = listed(tables, context.before)
        yield Match(
            object=str(tables[0]),
            message=f"{read} is queried while the transaction holds {held.how} on {held.locked}",
            effect=f"{held.who} of {held.locked} wait until the query is done",
            severity=Severity.WARNING,
        )


def _held(shut: dict[Name, bool], context: Context) -> _Held | None:
    """What its own statement locks, or has locked, is said by the rule of that statement."""
    own = context.facts.work.locks
    alone = [name for name, readers_too in shut.items() if readers_too]
    locked = [name for name in alone if name not in {lock.relation for lock in own if lock.blocks_reads}]
    if locked:
        return _Held(listed(locked, context.before), "ACCESS EXCLUSIVE", "reads and writes")
    closed = {lock.relation for lock in own if lock.blocks_writes}
    locked = [] if alone else [name for name in shut if name not in closed]
    return _Held(listed(locked, context.before), "a lock that stops writes", "writes") if locked else None


def _worked(context: Context) -> str:
    return "written anew" if context.facts.work.work == "rewrite" else "read through"


RULE = Rule(
    id="long-lock-hold",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="a scan, rewrite or query behind a statement of the same transaction that took ACCESS EXCLUSIVE on what it "
    "doesn't lock that way itself; a warning where that lock stops writes alone",
    effect="reads and writes of the locked table wait until the scan or rewrite is done",
    instead="put what scans or rewrites into a revision of its own",
    watches=(*CHANGES_UNDER_LOCK, NoEffect),
    check=_check,
    aliases=("eugene/E4", "eugene/E10", "eugene/E16", "django-migration-linter/CREATE_INDEX_EXCLUSIVE"),
    is_graded=True,
)
