"""many-alters: several ALTER TABLE of one table that could be one."""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Name
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.traffic import in_use
from schemaguard.rules.rule import Match, Rule

_TOGETHER = (
    c.AddColumn, c.AddConstraint, c.DropColumn, c.DropConstraint, c.DropDefault, c.DropNotNull, c.RetypeColumn,
    c.SetDefault, c.SetNotNull,
)  # fmt: skip
"""Actions of which one ALTER TABLE takes several."""


def _check(change: Change, context: Context) -> Iterator[Match]:
    table = _table(change)
    if table is None or not in_use(context, table) or context.step.autocommit:
        return
    name = context.before.resolve(table)
    own = context.facts.visit.step_index
    before = [
        visit
        for visit in context.facts.transaction
        if visit.step_index != own
        and (other := _table(visit.change)) is not None
        and visit.before.resolve(other) == name
    ]
    # Once a table: with the second statement, where it spares a pass over the rows or Alembic isn't the author.
    if len({visit.step_index for visit in before}) == 1 and (not context.is_python or _spares_a_pass(context)):
        yield Match(object=str(table), message=f"{table} is altered by several statements of one transaction")


def _table(change: Change) -> Name | None:
    return change.table if isinstance(change, _TOGETHER) else None


def _spares_a_pass(context: Context) -> bool:
    passes = [work for work in (*context.facts.held, context.facts.work) if work.grows_with_table]
    return len(passes) > 1 and context.facts.work.grows_with_table


RULE = Rule(
    id="many-alters",
    family=Family.BLOCKING,
    severity=Severity.NOTE,
    when="several ALTER TABLE of one existing table in one transaction that could be one statement",
    effect="each of them works through the rows on its own, under the lock of the first",
    instead="write one ALTER TABLE with several actions",
    watches=_TOGETHER,
    check=_check,
    aliases=("eugene/W12",),
)
