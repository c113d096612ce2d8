"""What a run would do with each member, found out with nothing written: every connection is read-only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from schemaguard.adapters.postgres.address import without_secrets
from schemaguard.commands.fleet import member as protocol
from schemaguard.commands.fleet.looking import ask_each
from schemaguard.commands.fleet.opening import Fleet
from schemaguard.commands.fleet.run import standing
from schemaguard.commands.fleet.together import require_possible
from schemaguard.commands.site import Site
from schemaguard.commands.switching import obstacles, plan
from schemaguard.commands.upgrade import UpgradeOptions, history_to_apply, pending
from schemaguard.errors import SchemaguardError, UnreachableError, UsageError, causes
from schemaguard.fleet.drift import listed_twice
from schemaguard.fleet.manifest import FleetMember
from schemaguard.fleet.planned import FleetPlan, PlannedMember
from schemaguard.fleet.protocol import Asked, FleetRun, FleetVerb, RunState, waves
from schemaguard.frozen import replace
from schemaguard.releases.steps import STEPS

if TYPE_CHECKING:
    from schemaguard.adapters.fleet.looking import MemberSeen

Shown = Callable[[int, int], None]
"""Hears how many of how many members have been asked."""
_AskOne = Callable[[Site, PlannedMember, "MemberSeen"], PlannedMember]


def plan_run(
    fleet: Fleet, asked: Asked, members: tuple[FleetMember, ...], shown: Shown = lambda *_: None,
    *, is_together: bool = False,
) -> FleetPlan:  # fmt: skip
    """What a run would do with these members, in the order in which they would be begun, and what stands in its way.

    Raises UsageError or HistoryError where it can't be meant at all, DatabaseError where the fleet's own database can't
    be asked.
    """
    from schemaguard.adapters.fleet.looking import look

    if not members:
        raise UsageError("there is no member to do it with", at=fleet.manifest.file, next="schemaguard fleet status")
    if is_together:
        require_possible(asked, members)
    in_the_way = list(_in_the_way(fleet))
    order = waves({each.name: each.is_canary and not is_together for each in members})
    seen, unreachable = ask_each(fleet, members, lambda url: look(url, with_catalog=False))
    in_the_way += listed_twice({each.name: seen[each.name].identity for each in members if each.name in seen})
    planned: list[PlannedMember] = []
    with _asking(fleet, asked, is_together=is_together) as ask:
        for each in sorted(members, key=lambda one: order[one.name]):
            shown(len(planned), len(members))
            one = PlannedMember(each.name, order[each.name], error=unreachable.get(each.name, ""))
            planned.append(one if one.error else _one(fleet, each, ask, (one, seen[each.name])))
    return FleetPlan(fleet.manifest.fleet, asked, fleet.manifest.policy, tuple(planned), tuple(in_the_way), is_together)


def _in_the_way(fleet: Fleet) -> Iterator[str]:
    run = standing(fleet).run
    if run is not None and run.state in (RunState.RUNNING, RunState.STOPPED):
        command = "reconcile" if run.is_together else "resume"
        yield f"run {run.id} ({run.asked.words}) is {run.state.value}: schemaguard fleet {command}"


def _one(fleet: Fleet, member: FleetMember, ask: _AskOne, known: "tuple[PlannedMember, MemberSeen]") -> PlannedMember:
    """One member, asked on a read-only connection; what it raises is what keeps it from going."""
    one, seen = known
    left = tuple(f"transaction {each} is prepared: schemaguard fleet reconcile" for each in seen.prepared)
    try:
        with fleet.member_site(member, read_only=True) as site:
            found = ask(site, one, seen)
    except SchemaguardError as error:
        said = without_secrets(f"{error.what} ({error.at})" if error.at else error.what, fleet.url(member))
        is_away = any(isinstance(each, UnreachableError) for each in causes(error))
        found = replace(one, error=said) if is_away else replace(one, obstacles=(said,))
    return replace(found, obstacles=(*found.obstacles, *left))


@contextmanager
def _asking(fleet: Fleet, asked: Asked, *, is_together: bool) -> Iterator[_AskOne]:
    """What finds out what would be done with one member; what all of them share is read once."""
    if asked.verb is not FleetVerb.UPGRADE:
        run = FleetRun(
            0, fleet.manifest.fleet, asked, fleet.manifest.policy, RunState.RUNNING, 0, is_together=is_together
        )
        yield lambda site, one, seen: _switch(site, run, one, seen)
        return
    with fleet.site.reading() as reading:
        history = history_to_apply(reading, asked.options.get("migrations"))
        options = UpgradeOptions(is_url_given=True)
        yield lambda site, one, seen: _upgrade(
            one, seen, pending(site, reading, history, asked.target or "head", options)
        )


def _upgrade(one: PlannedMember, seen: "MemberSeen", revisions: tuple[str, ...]) -> PlannedMember:
    held = tuple(f"{each} is held: it may not be applied again" for each in revisions if each in seen.held)
    if not revisions:
        return one
    words = f"{', '.join(seen.heads) or 'nothing'} → {revisions[-1]}: {len(revisions)} to apply"
    return replace(one, does=(words, *revisions), obstacles=held)


def _switch(site: Site, run: FleetRun, one: PlannedMember, seen: "MemberSeen") -> PlannedMember:
    request = protocol.request(site, run, one.name)
    found = plan(site, request)
    its = found.plan
    acts = tuple(f"{step.name.value}: {words}" for step in STEPS for words in step.lines(its))
    left = [f"{each}: schemaguard resume or abandon it there" for each in seen.open]
    left += [each.what for each in obstacles(site, request, found)]
    if run.is_together and site.database.most_prepared() == 0:
        left.append("its server keeps no prepared transactions (max_prepared_transactions = 0)")
    words = f"{its.ways} at epoch {its.lead.epoch}: {its.reversal_class.value}"
    return replace(one, does=(words, *acts), obstacles=tuple(left), notes=(found.warning,) if found.warning else ())
