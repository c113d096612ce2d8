"""The rollback class of a revision: what taking back all of it costs."""

from schemaguard.catalog.inverse import Inverse, inverses
from schemaguard.rules.facts.change import RunFacts
from schemaguard.rules.facts.own import leaves_nothing
from schemaguard.rules.facts.walk import Visit
from schemaguard.rules.judging.verdict import RollbackClass, worst_class


def rollback_classes(visits: tuple[Visit, ...], facts: RunFacts | None = None) -> tuple[RollbackClass, RollbackClass]:
    """The most expensive inverse among the changes, without the guard and with it.

    What is done to a table that the revision itself made is free. `facts` know what rules have asked of the visits.
    """
    knows = facts if facts is not None and facts.visits is visits else None
    found = [
        inverses(visit.change, visit.before) if knows is None else knows.inverses(position)
        for position, visit in enumerate(visits)
        if not leaves_nothing(visit, visit.made)
    ]
    return worst_class(tuple(_class(bare) for bare, _ in found)), worst_class(tuple(_class(kept) for _, kept in found))


def _class(inverse: Inverse) -> RollbackClass:
    # Nothing to take back takes no time.
    return RollbackClass.INSTANT if inverse.cls == "none" else RollbackClass(inverse.cls)
