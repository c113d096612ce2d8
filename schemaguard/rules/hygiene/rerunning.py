"""Whether a statement could run a second time after one behind it failed."""

import re

from schemaguard.catalog import changes as c
from schemaguard.rules.facts.context import Context

_MAKES = (
    c.CreateTable, c.CreateIndex, c.CreateSequence, c.CreateSchema, c.CreateExtension, c.CreateView, c.CreateEnum,
    c.CreateDomain, c.CreateComposite, c.AddEnumValue, c.AddColumn, c.AddConstraint, c.DropTable, c.DropColumn,
    c.DropIndex, c.DropConstraint, c.DropObject, c.RenameTable, c.RenameColumn, c.RenameConstraint, c.RenameObject,
    c.MoveTable, c.MoveObject, c.RenameEnumValue, c.CreateTrigger, c.CreatePolicy, c.CreateFunction,
)  # fmt: skip
_ON_COMMIT = re.compile(r"\bON\s+COMMIT\s+DROP\b", re.IGNORECASE)
_IF = re.compile(r"\bIF\s+(?:NOT\s+)?EXISTS\b", re.IGNORECASE)


def is_alone(context: Context) -> bool:
    """Whether it makes or drops something, and commits on its own."""
    return context.step.autocommit and isinstance(context.change, _MAKES) and not _goes_by_itself(context)


def _goes_by_itself(context: Context) -> bool:
    """Whether a second run meets nothing of the first: it was dropped if it was there, has no name, or has gone."""
    match context.change:
        case c.AddConstraint(table=table, constraint=constraint) if constraint.name is not None:
            dropped = c.DropConstraint(table, constraint.name, if_exists=True)
            earlier = [visit.change for visit in context.facts.session]
            latest = next((at for at in reversed(range(len(earlier))) if _drops(earlier[at], dropped)), None)
            return latest is not None and not any(_adds(change, context.change) for change in earlier[latest:])
        case c.CreateIndex(name=None, concurrently=True):
            return True
        case c.CreateTable(table=made):
            return made.persistence == "temporary" and _ON_COMMIT.search(context.step.statement.sql) is not None
        case _:
            return False


def _drops(change: c.Change, wanted: c.DropConstraint) -> bool:
    return (
        isinstance(change, c.DropConstraint)
        and change.if_exists
        and ((change.table, change.constraint) == (wanted.table, wanted.constraint))
    )


def _adds(change: c.Change, wanted: c.AddConstraint) -> bool:
    return isinstance(change, c.AddConstraint) and (
        (change.table, change.constraint.name) == (wanted.table, wanted.constraint.name)
    )


def says_if(change: c.Change, sql: str) -> bool:
    """Whether it does nothing where what it makes is there, or what it drops isn't."""
    return bool(getattr(change, "or_replace", False)) or _IF.search(sql) is not None
