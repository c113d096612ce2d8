"""opaque-statement: a statement that can't be analysed, said rather than skipped."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, Opaque
from schemaguard.finding import Family, Severity
from schemaguard.history.deployment import advice, names_in
from schemaguard.rules.facts import refusal
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if not isinstance(change, Opaque) or refusal.is_certain(change, context.step):
        return
    if refusal.is_refused(change):
        yield Match(object="statement", message=change.reason, effect=refusal.EFFECT, instead=refusal.INSTEAD)
        return
    names = "any table" if change.names is None else ", ".join(sorted(map(str, change.names))) or "no table"
    told = context.touches
    yield Match(
        object=names,
        message=change.reason if told is None else f"{change.reason}; its author says it touches {told.text}",
        effect=f"the verdict on this revision leaves out what it does; it could concern {names}",
        instead=_instead(change) if told is None else None,
        # What the author declared is recorded, and needs no attention any more.
        severity=None if told is None else Severity.NOTE,
    )


def _instead(change: Opaque) -> str | None:
    """What makes the value known that the statement waits for, where the settings could say it."""
    names = names_in(change.reason)
    if not names:
        return None
    return f"{advice(names)}\nor say above the statement what it touches: schemaguard: touches table(column)"


RULE = Rule(
    id="opaque-statement",
    family=Family.HYGIENE,
    severity=Severity.WARNING,
    when="a statement that can't be understood without running it: a DO block, dynamic SQL, a run-time value",
    effect="the verdict on this revision leaves out what it does",
    instead="write it as plain statements, or say above it what it touches: schemaguard: touches table(column)",
    watches=(Opaque,),
    check=_check,
    aliases=("squawk/syntax-error",),
)
