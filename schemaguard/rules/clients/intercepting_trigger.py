"""intercepting-trigger: a trigger or rule that may swallow or change what writers send."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, CreateTrigger, EnableTrigger, Opaque
from schemaguard.finding import Family, Severity
from schemaguard.rules.clients.intercepting import does, of_rule
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case CreateTrigger(table=table, trigger=trigger) if context.existed_before(table):
            done = does(trigger, context.facts.at_commit)
            if done is not None:
                yield Match(object=str(table), message=f"trigger {trigger.name} on {table} {done}")
        case EnableTrigger(table=table, trigger=name, enabled=True) if context.existed_before(table):
            yield Match(object=str(table), message=f"trigger {name} on {table} is switched on")
        case Opaque(names=frozenset() as names) if len(names) == 1:
            (table,) = names
            said = of_rule(context.step.statement.sql)
            if said is not None and context.existed_before(table):
                yield Match(object=str(table), message=f"{said} {table}")
        case _:
            pass


RULE = Rule(
    id="intercepting-trigger",
    family=Family.CLIENTS,
    severity=Severity.WARNING,
    when="a BEFORE or INSTEAD OF trigger, or a rule, on a table that an earlier revision made",
    effect="rows that running code sends may be changed, refused or dropped, without its knowing",
    instead="use an AFTER trigger, which sees the rows and can't change them, or let code write the values",
    watches=(CreateTrigger, EnableTrigger, Opaque),
    check=_check,
    aliases=(
        "squawk/ban-disable-trigger",
        "squawk/ban-replace-view-function",
    ),
)
