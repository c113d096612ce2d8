"""purge: really drop what is retired and out of its retention; earlier only where somebody answers for it."""

from schemaguard.commands.site import Site
from schemaguard.errors import RefusedError, UsageError
from schemaguard.frozen import dataclass
from schemaguard.releases.overview import Purged
from schemaguard.releases.release import CapturedRows, Retired

Purgeable = Retired | CapturedRows


@dataclass(frozen=True, slots=True)
class Early:
    """Who approved a purge before the retention is over, such as a legal erasure, and why."""

    approved_by: str
    reason: str


def purge(site: Site, objects: tuple[str, ...] = (), early: Early | None = None, *, dry_run: bool = False) -> Purged:
    """Drop retired objects and kept rows for good: those that are named, or all whose retention is over.

    What a contract in its window reads stays. RefusedError where a named object can't be purged, UsageError where
    nothing of that name is retired.
    """
    database = site.database
    if not dry_run:
        database.lock()
    overview = database.overview(None)
    going: list[Purgeable] = []
    kept: list[str] = []
    for each in _chosen((*overview.retired, *overview.captured), objects):
        needed = each.needed_by if isinstance(each, CapturedRows) else database.needed_by(each)
        why = _why_kept(each, needed, is_over=early is not None or each.purge_after <= overview.at)
        if why is None:
            going.append(each)
        elif objects:
            raise RefusedError(f"{each.object} is not purged: {why}", at=each.object, next=_next(each, early))
        else:
            kept.append(f"{each.object}: {why}")
    if not dry_run:
        for each in going:
            who = (site.actor, early.approved_by, early.reason) if early else (site.actor, None, None)
            if isinstance(each, CapturedRows):
                database.purge_captured(each, who)
            else:
                database.purge(each, who)
    return Purged(tuple(each.object for each in going), tuple(kept))


def _chosen(retired: tuple[Purgeable, ...], objects: tuple[str, ...]) -> tuple[Purgeable, ...]:
    if not objects:
        return retired
    known = {name for each in retired for name in (each.object, f"{each.table.schema}.{each.object}")}
    unknown = [name for name in objects if name not in known]
    if unknown:
        listed = ", ".join(each.object for each in retired) or "none"
        raise UsageError(f"nothing retired is called {unknown[0]}", at=f"retired: {listed}", next="schemaguard status")
    return tuple(each for each in retired if {each.object, f"{each.table.schema}.{each.object}"} & {*objects})


def _why_kept(retired: Purgeable, needed_by: tuple[str, ...], *, is_over: bool) -> str | None:
    if needed_by:
        return f"it is needed by {', '.join(needed_by)}"
    return None if is_over else f"its retention lasts until {retired.purge_after:%Y-%m-%d}"


def _next(retired: Purgeable, early: Early | None) -> str:
    if early is None and retired.purge_after is not None:
        return "wait, or for a legal erasure: schemaguard purge OBJECT --now --approved-by WHO --reason WHY"
    return "schemaguard contracts list shows whose window lasts until when"
