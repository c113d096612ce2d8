"""fleet work: take members of the run that is open, one after the other, until it is over."""

import os
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from schemaguard.commands.fleet import member as protocol
from schemaguard.commands.fleet.opening import Fleet
from schemaguard.errors import ConflictError, DatabaseError, SchemaguardError, UnreachableError, UsageError, causes
from schemaguard.fleet.protocol import Close, FleetRun, FleetTask, RunState, TakeFrom, TaskState, after_failure
from schemaguard.frozen import replace

if TYPE_CHECKING:
    from schemaguard.adapters.fleet.store import FleetStore

_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0
_AGAIN_S = 0.5
"""How long after its first failure a member is tried again; twice as long after each further one."""
_MOST_OUTAGES, _LONGEST_OUTAGE_S = 8, 15.0
"""How often a member is put back that can't be reached: about a minute in all."""
_MOST_CONFLICTS = 60
"""How often a member is put back because somebody else is at work in its database."""


def work(
    fleet: Fleet, *, run: int | None = None, waits: bool = False, goes_on: Callable[[], bool] = lambda: True
) -> Close:
    """Carry members out until the run is over, stops, or `goes_on` says no; how it ended.

    `waits`: for the next run, whenever it comes. UsageError where no run is open and nobody waits.
    """
    who = f"{socket.gethostname()}:{os.getpid()}"
    with fleet.store() as store:
        while True:
            opened = store.run(run) if run is not None else store.open_one(fleet.manifest.fleet)
            if opened is not None and opened.is_together:
                # Its coordinator carries it out.
                opened = None
            if opened is None and not waits:
                raise UsageError(f"no run of {fleet.manifest.fleet} is open", next="schemaguard fleet upgrade")
            ended = Close(RunState.DONE) if opened is None else _until_over(fleet, store, opened, who, goes_on)
            if not waits or not goes_on():
                return ended
            time.sleep(_LONGEST_PAUSE_S)


def _until_over(fleet: Fleet, store: "FleetStore", run: FleetRun, who: str, goes_on: Callable[[], bool]) -> Close:
    pause = _PAUSE_S
    while goes_on():
        step = store.take(run.id, who)
        if isinstance(step, Close):
            return step
        if isinstance(step, FleetTask):
            _carry_out(fleet, store, run, step)
            pause = _PAUSE_S
            continue
        assert not isinstance(step, TakeFrom)
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE_S)
    return Close(RunState.RUNNING)


def _carry_out(fleet: Fleet, store: "FleetStore", run: FleetRun, task: FleetTask) -> None:
    try:
        one = fleet.manifest.member(task.member)
        site = fleet.member_site(one)
    except SchemaguardError as error:
        store.report(task, TaskState.FAILED, {}, _said(error))
        return
    _hand_to_env(fleet, site.database_url)
    with site:
        try:
            if "from" not in task.detail:
                # Where it stood must be known before anything is done to it, however often it couldn't be asked.
                found = protocol.stands_before(site, run)
                store.note(task, found)
                task = replace(task, detail={**task.detail, **found})
            facts = protocol.carry_out(site, run, task.member)
        except Exception as error:  # whatever one member meets, the others go on, and it is named
            site.close()
            _failed(fleet, store, run, task, error if isinstance(error, SchemaguardError) else _unforeseen(error))
        else:
            store.report(task, TaskState.DONE, facts)


def _failed(fleet: Fleet, store: "FleetStore", run: FleetRun, task: FleetTask, error: SchemaguardError) -> None:
    from schemaguard.adapters.postgres.address import without_secrets

    one = fleet.manifest.member(task.member)
    said = without_secrets(_said(error), fleet.url(one))
    conflicts = int(task.detail.get("conflicts", 0))
    if _has(error, ConflictError) and conflicts < _MOST_CONFLICTS:
        # Somebody is at work there, a worker that was thought dead perhaps: that is no attempt of ours.
        store.report(task, TaskState.WAITING, {"conflicts": conflicts + 1}, said, wait_s=_AGAIN_S, is_counted=False)
        return
    outages = int(task.detail.get("outages", 0))
    if _has(error, UnreachableError) and outages < _MOST_OUTAGES:
        # Its server may be back in a while; the others go on meanwhile.
        wait_s = min(_AGAIN_S * 2**outages, _LONGEST_OUTAGE_S)
        store.report(task, TaskState.WAITING, {"outages": outages + 1}, said, wait_s=wait_s, is_counted=False)
        return
    if protocol.is_passing(error) and task.attempts < run.policy.attempts:
        store.report(task, TaskState.WAITING, {}, said, wait_s=_AGAIN_S * 2 ** (task.attempts - 1))
        return
    state = after_failure(run.policy)
    if state is not TaskState.BACK:
        store.report(task, state, {}, said)
        return
    try:
        with fleet.member_site(one) as site:
            facts = protocol.take_back(site, run, task.member, task.detail)
    except SchemaguardError as also:
        why = without_secrets(also.what, fleet.url(one))
        store.report(task, TaskState.FAILED, {}, f"{said}; and it couldn't be taken back: {why}")
    else:
        store.report(task, state, facts, said)


def _has(error: SchemaguardError, kind: type[SchemaguardError]) -> bool:
    """Whether an error is of a kind, or was raised from one that is."""
    return any(isinstance(each, kind) for each in causes(error))


def _unforeseen(error: Exception) -> SchemaguardError:
    """What no use case has words for: a driver's error in the middle of something, or a bug."""
    import traceback

    traceback.print_exception(error)
    from schemaguard.adapters.postgres.driver import is_connection_lost

    kind = UnreachableError if is_connection_lost(error) else DatabaseError
    said = kind(f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}")
    said.__cause__ = error
    return said


def _said(error: SchemaguardError) -> str:
    return f"{error.what} ({error.at})" if error.at else error.what


def _hand_to_env(fleet: Fleet, url: str) -> None:
    """A project's env.py may look for its database in a variable of its own; a process does one member at a time."""
    if fleet.manifest.url_variable is not None:
        os.environ[fleet.manifest.url_variable] = url
