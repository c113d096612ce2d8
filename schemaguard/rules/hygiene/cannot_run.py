"""cannot-run: a statement that the server certainly refuses."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, Opaque
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts import fresh_labels, refusal
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import EVERY, Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if isinstance(change, Opaque):
        if change.refused is not None and refusal.is_certain(change, context.step):
            names = ", ".join(sorted(map(str, change.names or ()))) or "statement"
            yield Match(object=names, message=change.refused.said, effect=_effect(change.refused.sqlstate))
        return
    if (used := fresh_labels.used(change, context)) is not None:
        yield Match(
            object=str(used.enum),
            message=f"{used.label!r} of {used.enum} is used in the transaction that adds it",
            effect=_effect("55P04"),
            instead="add the value in a revision of its own, which commits before any statement names it",
        )


def _effect(sqlstate: str) -> str:
    return f"the migration fails here: PostgreSQL refuses the statement with {sqlstate}, and what follows doesn't run"


RULE = Rule(
    id="cannot-run",
    family=Family.HYGIENE,
    severity=Severity.ERROR,
    when="a statement that PostgreSQL is certain to refuse: a name is missing, already taken, or doesn't fit",
    effect="the migration fails here: PostgreSQL refuses the statement, and what follows doesn't run",
    instead="correct the statement; if it names something that no migration creates, pass --initial a dump of it",
    watches=EVERY,
    check=_check,
    aliases=("squawk/ban-duplicate-column-assignments",),
)
