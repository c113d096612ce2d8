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
_IF = re.compile(r"\bIF\s+(?:NOT\s+)?EXISTS\b", re.IGNORECASE)


def is_alone(context: Context) -> bool:
    """Whether it makes or drops something, and commits on its own."""
    return context.step.autocommit and isinstance(context.change, _MAKES)


def says_if(change: c.Change, sql: str) -> bool:
    """Whether it does nothing where what it makes is there, or what it drops isn't."""
    return bool(getattr(change, "or_replace", False)) or _IF.search(sql) is not None
