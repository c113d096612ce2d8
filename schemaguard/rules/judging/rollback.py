"""The rollback class of a revision: what taking back all of it costs."""

from schemaguard.catalog.inverse import inverse
from schemaguard.catalog.objects import Name
from schemaguard.history.absence import drops_nothing
from schemaguard.rules.facts.walk import Visit
from schemaguard.rules.judging.verdict import RollbackClass, worst_class


def rollback_class(visits: tuple[Visit, ...], *, with_guard: bool) -> RollbackClass:
    """The most expensive inverse among the changes; what is done to a table that the revision itself made is free."""
    return worst_class(tuple(_class(visit, with_guard) for visit in visits if not _leaves_nothing(visit)))


def _class(visit: Visit, with_guard: bool) -> RollbackClass:
    found = inverse(visit.change, visit.before, with_guard=with_guard).cls
    # Nothing to take back takes no time.
    return RollbackClass.INSTANT if found == "none" else RollbackClass(found)


def _leaves_nothing(visit: Visit) -> bool:
    return visit.is_for_nothing or drops_nothing(visit.change, visit.before) or _is_on_its_own_table(visit)


def _is_on_its_own_table(visit: Visit) -> bool:
    table = getattr(visit.change, "table", None)
    return isinstance(table, Name) and visit.before.resolve(table) in visit.made.tables
