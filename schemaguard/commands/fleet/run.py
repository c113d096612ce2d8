"""Runs of a fleet: begun, gone on with, given up, and watched while workers carry them out."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from schemaguard.commands.fleet.looking import require_different
from schemaguard.commands.fleet.opening import Fleet
from schemaguard.errors import DatabaseError, UsageError
from schemaguard.fleet.manifest import FleetMember
from schemaguard.fleet.protocol import Asked, FleetRun, RunState, TaskState, waves
from schemaguard.fleet.standing import FleetStanding, MemberStanding
from schemaguard.frozen import dataclass

if TYPE_CHECKING:
    from schemaguard.adapters.fleet.store import FleetStore

_LOOK_S = 0.2
_MOST_DEATHS = 10
"""How many workers are started anew in place of those that died."""

Shown = Callable[[Mapping[TaskState, int]], None]
"""Hears how many members stand where."""


@dataclass(frozen=True, slots=True)
class Workers:
    """How many processes of this machine carry the run out; others may run `schemaguard fleet work` elsewhere."""

    count: int
    manifest: Path


def begin(fleet: Fleet, asked: Asked, members: tuple[FleetMember, ...]) -> FleetRun:
    """Begin a run with these members; ConflictError where one isn't over. The fleet's tables are made if need be.

    UsageError where there is no member, ConfigError where two of them are one database.
    """
    if not members:
        raise UsageError("there is no member to do it with", at=fleet.manifest.file, next="schemaguard fleet status")
    require_different(fleet, members)
    with fleet.store() as store:
        store.install()
        order = waves({each.name: each.is_canary for each in members})
        return store.open_run(fleet.manifest.fleet, asked, fleet.manifest.policy, order)


def resume(fleet: Fleet) -> FleetRun:
    """Let the run that has stopped go on; UsageError where there is none."""
    with fleet.store() as store:
        return store.resume(_open(fleet, store).id)


def abandon(fleet: Fleet) -> FleetRun:
    """Give the open run up: nobody else is begun, nobody is taken back, and the generation stays."""
    with fleet.store() as store:
        return store.abandon(_open(fleet, store).id)


def _open(fleet: Fleet, store: "FleetStore") -> FleetRun:
    run = store.open_one(fleet.manifest.fleet)
    if run is None:
        raise UsageError(f"no run of {fleet.manifest.fleet} is open", next="schemaguard fleet status")
    if run.is_together:
        raise UsageError(
            f"run {run.id} ({run.asked.words}) switches its members together: what is decided holds for all",
            next="schemaguard fleet reconcile",
        )
    return run


def standing(fleet: Fleet) -> FleetStanding:
    """The fleet as its own tables have it, without a look at any member."""
    with fleet.store() as store:
        found = store.standing(fleet.manifest.fleet)
    members = tuple(
        MemberStanding(each.name, each.groups, each.is_canary, found.members.get(each.name))
        for each in fleet.manifest.members
    )
    return FleetStanding(fleet.manifest.fleet, found.generation, members, found.run, found.tasks, found.seconds)


def wait(fleet: Fleet, run: FleetRun, workers: Workers, shown: Shown = lambda _: None) -> FleetStanding:
    """Let workers carry a run out, until it is over or stops; what came of it. A worker that dies is replaced."""
    with _working(workers, run.id) as keep_alive, fleet.store() as store:
        while True:
            now, counts = store.progress(run.id)
            shown(counts)
            if now.state is not RunState.RUNNING:
                break
            keep_alive()
            time.sleep(_LOOK_S)
    return standing(fleet)


@contextmanager
def _working(workers: Workers, run: int) -> Iterator[Callable[[], None]]:
    """The workers of this machine for as long as the block lasts; what it yields replaces those that died."""
    running = [_worker(workers, run) for _ in range(workers.count)]
    deaths = 0

    def keep_alive() -> None:
        nonlocal deaths
        for place, each in enumerate(running):
            if each.poll() in (None, 0):
                continue
            deaths += 1
            if deaths > _MOST_DEATHS:
                raise DatabaseError(
                    f"{deaths} workers have died one after the other",
                    at=f"run {run}",
                    next="look at what they wrote to stderr, then: schemaguard fleet resume",
                )
            running[place] = _worker(workers, run)

    try:
        yield keep_alive
    finally:
        for each in running:
            with contextlib.suppress(ProcessLookupError):
                each.terminate()
        for each in running:
            each.wait()


def _worker(workers: Workers, run: int) -> "subprocess.Popen[bytes]":
    words = ["fleet", "work", "--manifest", str(workers.manifest), "--run", str(run), "--format", "json"]
    return subprocess.Popen(
        [sys.executable, "-m", "schemaguard.cli", *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
