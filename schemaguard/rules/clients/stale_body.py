"""stale-body: a function's body names what the revision renames or drops."""

from collections.abc import Iterator

from schemaguard.catalog.changes import (
    Change,
    DropColumn,
    DropObject,
    DropTable,
    MoveTable,
    RenameColumn,
    RenameObject,
    RenameTable,
)
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    # What reads bodies is only needed where something goes.
    from schemaguard.rules.clients.bodies import stale

    for function, missing, sqlstate in stale(change, context.before, context.facts.at_commit):
        effect = f"the next call, or the next write that fires it, fails with {sqlstate}"
        yield Match(object=str(function), message=f"the body of {function}() still names {missing}", effect=effect)


RULE = Rule(
    id="stale-body",
    family=Family.CLIENTS,
    severity=Severity.ERROR,
    when="a rename or drop of something that the body of a function or trigger names",
    effect="the server doesn't look into bodies: the next call, or the next write that fires it, fails with "
    "42703 or 42P01",
    instead="replace the function in the same transaction",
    watches=(DropColumn, DropObject, DropTable, MoveTable, RenameColumn, RenameObject, RenameTable),
    check=_check,
)
