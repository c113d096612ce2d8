"""no-lock-timeout: a strong lock that is waited for without a limit."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import in_words
from schemaguard.rules.facts.timeouts import limit, locks_strongly
from schemaguard.rules.facts.traffic import CHANGES_UNDER_LOCK, felt
from schemaguard.rules.remedies.sessions import limited
from schemaguard.rules.remedies.writing import remedied
from schemaguard.rules.rule import Match, Rule

_LONG_MS = 60_000
"""Whoever queues for a minute has given up."""


def _check(_: Change, context: Context) -> Iterator[Match]:
    if not locks_strongly(context):
        return
    waits = limit("lock_timeout", context)
    if waits is not None and waits < _LONG_MS:
        return
    lock = next(lock for lock in felt(context) if lock.blocks_writes)
    said = "no lock_timeout holds" if waits is None else f"lock_timeout is {waits / 1000:.0f} s"
    yield Match(
        object=str(lock.relation),
        message=f"{said} while it waits for {in_words((lock,), context.before)}",
        fix=remedied(limited("lock_timeout", "5s", context), context) if waits is None else None,
        severity=None if waits is None else Severity.NOTE,
    )


RULE = Rule(
    id="no-lock-timeout",
    family=Family.BLOCKING,
    severity=Severity.WARNING,
    when="a lock that keeps writes waiting, taken without a lock_timeout in the file, in env.py or in the settings",
    effect="behind one long transaction the migration waits without end, and all that comes after it waits behind it",
    instead="set lock_timeout to a few seconds before the statement, in env.py or for the role, and try again later",
    watches=CHANGES_UNDER_LOCK,
    check=_check,
    aliases=("squawk/require-lock-timeout", "squawk/require-timeout-settings", "eugene/E9"),
    once_a_history=True,
)
