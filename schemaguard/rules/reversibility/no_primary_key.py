"""no-primary-key: a table is left without a primary key."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, CreateTable, DropColumn, DropConstraint
from schemaguard.catalog.objects import Table
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case CreateTable(table=Table(name=name)):
            left = context.run.after.table(name)
            is_whole = left is not None and left.partition_of is None and not left.inherits and not left.open
            if left is not None and is_whole and left.persistence != "temporary" and left.primary_key is None:
                yield Match(object=str(name), message=f"{name} has no primary key")
        case DropConstraint(table=table) | DropColumn(table=table) if context.existed_before(table):
            had, has = context.before.table(table), context.after.table(table)
            left = context.run.after.table(table)
            is_lost = had is not None and had.primary_key is not None and has is not None and has.primary_key is None
            if is_lost and left is not None and left.primary_key is None:
                yield Match(object=str(table), message=f"{table} loses its primary key")
        case _:
            pass


RULE = Rule(
    id="no-primary-key",
    family=Family.REVERSIBILITY,
    severity=Severity.WARNING,
    when="CREATE TABLE without a primary key, or a primary key that goes and isn't replaced",
    effect="its rows can't be told apart: no backfill by key, no undo, no logical replication of UPDATE and DELETE",
    instead="give it a primary key: id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    watches=(CreateTable, DropColumn, DropConstraint),
    check=_check,
)
