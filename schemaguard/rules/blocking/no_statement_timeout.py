"""no-statement-timeout: a strong lock that is held without a limit."""

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

_LONG_MS = 600_000
"""A lock that is held for ten minutes is an outage."""


def _check(_: Change, context: Context) -> Iterator[Match]:
    if not locks_strongly(context):
        return
    runs = limit("statement_timeout", context)
    if runs is not None and runs < _LONG_MS:
        return
    lock = next(lock for lock in felt(context) if lock.blocks_writes)
    said = "no statement_timeout holds" if runs is None else f"statement_timeout is {runs / 60_000:.0f} min"
    yield Match(
        object=str(lock.relation),
        message=f"{said} while it has {in_words((lock,), context.before)}",
        fix=remedied(limited("statement_timeout", "60s", context, resets=True), context) if runs is None else None,
        severity=None if runs is None else Severity.NOTE,
    )


RULE = Rule(
    id="no-statement-timeout",
    family=Family.BLOCKING,
    severity=Severity.WARNING,
    when="a lock that keeps writes waiting, held without a statement_timeout in the file, in env.py or in the settings",
    effect="a statement that takes longer than anybody thought keeps its lock until somebody notices",
    instead="set statement_timeout before the statement, in env.py or for the role that migrates",
    watches=CHANGES_UNDER_LOCK,
    check=_check,
    aliases=("squawk/require-statement-timeout", "squawk/require-timeout-settings"),
    once_a_history=True,
)
