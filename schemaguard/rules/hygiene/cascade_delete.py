"""cascade-delete: a foreign key that deletes along."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, AddConstraint, Change, CreateTable
from schemaguard.catalog.objects import Constraint, ForeignKey
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, _context: Context) -> Iterator[Match]:
    found: tuple[Constraint, ...]
    match change:
        case AddConstraint(table=table, constraint=constraint):
            found = (constraint,)
        case CreateTable(table=made):
            table, found = made.name, made.constraints
        case AddColumn(table=table, constraints=constraints):
            found = constraints
        case _:
            return
    for key in found:
        if isinstance(key, ForeignKey) and key.on_delete == "CASCADE":
            columns = ", ".join(key.columns)
            message = f"deleting a row of {key.ref_table} deletes the rows of {table} whose {columns} points to it"
            yield Match(object=str(table), message=message)


RULE = Rule(
    id="cascade-delete",
    family=Family.HYGIENE,
    severity=Severity.WARNING,
    when="a foreign key with ON DELETE CASCADE",
    effect="one DELETE may take any number of rows of other tables along, and lock them",
    instead="leave it out, and delete what depends on a row on purpose",
    watches=(AddColumn, AddConstraint, CreateTable),
    check=_check,
    opt_in=True,
)
