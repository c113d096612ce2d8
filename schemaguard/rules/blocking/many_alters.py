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
    if table is None or context.step.autocommit or not in_use(context, table):
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
    # Once a table, and only where one statement would spare a pass over the rows: two short ones cost no more than one.
    if before and context.facts.work.grows_with_table and len(_passes(context, name)) == 1:
        yield Match(object=str(table), message=f"{table} is worked through by several ALTER TABLE of one transaction")


def _table(change: Change) -> Name | None:
    return change.table if isinstance(change, _TOGETHER) else None


def _passes(context: Context, table: Name) -> set[int]:
    """The earlier statements of the transaction that worked through the table."""
    return {
        visit.step_index
        for visit, work in zip(context.facts.transaction, context.facts.held, strict=True)
        if isinstance(visit.change, _TOGETHER) and table in work.worked_on
    } - {context.facts.visit.step_index}


RULE = Rule(
    id="many-alters",
    family=Family.BLOCKING,
    severity=Severity.NOTE,
    when="several ALTER TABLE in one transaction that each work through the rows of one existing table",
    effect="each of them works through the rows on its own, under the lock of the first",
    instead="write one ALTER TABLE with several actions",
    watches=_TOGETHER,
    check=_check,
    aliases=("eugene/W12",),
)
