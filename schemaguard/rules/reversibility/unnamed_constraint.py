"""unnamed-constraint: a constraint without a name."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddColumn, AddConstraint, Change
from schemaguard.catalog.objects import Check, Constraint, Exclusion, ForeignKey, PrimaryKey, Unique
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case AddConstraint(table=table, constraint=constraint):
            if constraint.name is None and change.using_index is None:
                yield _unnamed(str(table), constraint)
        case AddColumn(table=table) if context.existed_before(table):
            for constraint in change.constraints:
                if constraint.name is None:
                    yield _unnamed(str(table), constraint)
        case _:
            pass


def _unnamed(table: str, constraint: Constraint) -> Match:
    kind = _KINDS[type(constraint)]
    return Match(object=table, message=f"a {kind} constraint of {table} has no name")


_KINDS = {
    PrimaryKey: "PRIMARY KEY", Unique: "UNIQUE", ForeignKey: "FOREIGN KEY", Check: "CHECK", Exclusion: "EXCLUDE",
}  # fmt: skip


RULE = Rule(
    id="unnamed-constraint",
    family=Family.REVERSIBILITY,
    severity=Severity.NOTE,
    when="a constraint that is added to a table without a name, where no naming convention gives it one",
    effect="the server chooses a name, which downgrade() has to guess, and which may differ between databases",
    instead="name it: ADD CONSTRAINT …; in Alembic set a naming_convention on the MetaData",
    watches=(AddColumn, AddConstraint),
    check=_check,
)
