"""The way back of a revision that has none of its own: the inverse of each change, as schemaguard stores it."""

from schemaguard.catalog.changes import CreateIndex, DropIndex
from schemaguard.catalog.inverse import inverse
from schemaguard.frozen import replace
from schemaguard.history.revision import Run, Step
from schemaguard.rules.facts.walk import walk
from schemaguard.sql.writing.identifiers import qualified
from schemaguard.sql.writing.statements import render


def inverse_steps(run: Run) -> tuple[Step, ...] | None:
    """The statements that take each change back, the last one first; None where an inverse doesn't keep all."""
    found: list[Step] = []
    for visit in reversed(walk(run)):
        back = inverse(visit.change, visit.before, with_guard=False)
        if back.cls in ("lossy", "impossible"):
            return None
        for change in back.changes:
            sql = render(change, qualified)
            if sql is None:
                return None
            statement = replace(visit.step.statement, sql=sql)
            alone = isinstance(change, CreateIndex | DropIndex) and change.concurrently
            found.append(Step(statement, (change,), visit.after, visit.before, transaction=0, autocommit=alone))
    return tuple(found) or None
