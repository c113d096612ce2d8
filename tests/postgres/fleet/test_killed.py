"""Workers and servers are killed while a fleet goes: every member is right or named, and each operation done once.

`make fleet` does it with 300 databases, 3 workers and a server that is killed, too, and prints how long it takes.
"""

import os
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schemaguard.fleet.protocol import MOST_LOSSES, FleetVerb, RunState
from tests.conftest import fresh
from tests.postgres.fleet.server import OwnServer, own_server
from tests.postgres.fleet.tenants import COUNTED, Tenants, carried_out, kill, template
from tests.templates import Templates

MANY = int(os.environ.get("SCHEMAGUARD_FLEET", "0"))
"""How many members; 0: four, on the server that all tests share, whose workers alone are killed."""
WORKERS = 3 if MANY else 2
TAKEN_ALREADY = "alter table transactions add column entry_mode int"
OPERATIONS = "select kind, state from schemaguard.operation order by id"
SWITCHES = "select count(*) from schemaguard.ledger where event = 'pointer-switched'"
SIZES = (50, 100, 200, 300)


@pytest.fixture
def own() -> Iterator[OwnServer | None]:
    if not MANY:
        yield None
        return
    with own_server() as made:
        yield made


@pytest.fixture
def tenants(own: OwnServer | None, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tenants]:
    mark = uuid.uuid4().hex[:8]
    names = tuple(f"k{number:03}_{mark}" for number in range(MANY or 4))
    if own is None:
        url, templates = request.getfixturevalue("server18"), request.getfixturevalue("templates")
        assert isinstance(templates, Templates)
        made = Tenants(url, tmp_path, names, f"fleet_{mark}")
        with templates.copy(url, "tenant", template) as (source, _):
            made.lay_out(source.partition("?")[0].rpartition("/")[2])
    else:
        made = Tenants(own.url, tmp_path, names, f"fleet_{mark}")
        with fresh(own.url) as source:
            (tmp_path / "template").mkdir()
            template(source, tmp_path / "template")
            made.lay_out(source.partition("?")[0].rpartition("/")[2])
    made.say(at_once=WORKERS, stop_after=50, attempts=3, on_failure="leave behind")
    yield made
    if own is None:
        made.leave()


def killer(server: OwnServer | None, seed: int) -> tuple[Callable[[list[int]], None], dict[str, int]]:
    """What kills a worker now and then, and the server more seldom; and how often it did."""
    drawn, done = random.Random(seed), {"workers": 0, "server": 0}
    next_at = {"workers": time.monotonic() + 1.5, "server": time.monotonic() + min(MANY / 10, 12)}

    def disturb(running: list[int]) -> None:
        now = time.monotonic()
        # On a busy machine a member takes long, and one that costs so many workers is given up.
        if now >= next_at["workers"] and (MANY or done["workers"] < MOST_LOSSES - 1):
            kill(drawn.choice(running))
            done["workers"] += 1
            next_at["workers"] = now + drawn.uniform(1.5, 6.0 if MANY else 3.0)
        if server is not None and now >= next_at["server"] and done["server"] < 4:
            server.kill()
            time.sleep(0.5)
            server.start()
            done["server"] += 1
            next_at["server"] = now + drawn.uniform(MANY / 30, MANY / 8)

    return disturb, done


def test_whoever_is_killed_every_member_is_right_or_named_and_each_operation_is_done_once(
    tenants: Tenants, own: OwnServer | None, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = frozenset(tenants.names[2::60][:5] if MANY else tenants.names[2:3])
    for name in bad:
        tenants.ask(name, TAKEN_ALREADY)
    acts = ((FleetVerb.UPGRADE, None, None), (FleetVerb.PROMOTE, "fraud", "8"), (FleetVerb.ROLLBACK, "fraud", None))
    for number, (verb, model, target) in enumerate(acts):
        run = tenants.begin(verb, model, target)
        disturb, done = killer(own, number)
        seconds = carried_out(tenants, run.id, WORKERS, disturb)
        with tenants.store() as store:
            ended, tasks = store.run(run.id), store.tasks(run.id)
        assert (ended.state, ended.why) == (RunState.DONE, "")
        left = {task.member: task.error for task in tasks if task.state.value != "done"}
        assert {name: why for name, why in left.items() if name not in bad} == {}
        assert set(left) == bad
        assert tenants.generation() == number + 1
        with capsys.disabled():
            if MANY:
                sys.stdout.write(
                    f"\n{verb}: {len(tasks)} members in {seconds:.0f} s, {done['workers']} kills of workers, "
                    f"{done['server']} of the server; {sum(task.losses for task in tasks)} begun again\n"
                )
    for name in tenants.names:
        if name in bad:
            assert tenants.ask(name, COUNTED) == []
            assert tenants.ask(name, "select active, epoch from schemaguard.pointer") == [("7", 1)]
            assert {state for _, state in tenants.ask(name, OPERATIONS)} <= {"done", "abandoned"}
            continue
        assert tenants.ask(name, COUNTED) == [("0006", 1), ("0007", 1)], name
        assert tenants.ask(name, "select active, epoch from schemaguard.pointer") == [("7", 3)], name
        assert tenants.ask(name, OPERATIONS) == [("promote", "done"), ("promote", "done"), ("rollback", "done")], name
        assert tenants.ask(name, SWITCHES) == [(3,)], name


@pytest.mark.skipif(not MANY, reason="takes minutes: make fleet")
def test_the_time_of_a_run_grows_with_its_members(tenants: Tenants, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that finds everything applied: what a fleet costs by itself, a look at each member included."""
    took = {}
    for size in (each for each in SIZES if each <= MANY):
        part = Tenants(tenants.server, tenants.folder, tenants.names[:size], tenants.control)
        part.say(at_once=WORKERS, stop_after=50)
        run = part.begin(FleetVerb.UPGRADE, target="0005")
        took[size] = carried_out(part, run.id, WORKERS, lambda _: None)
        with capsys.disabled():
            sys.stdout.write(f"\n{size} members: {took[size]:.1f} s, {1000 * took[size] / size:.0f} ms each\n")
    # Not timed against a limit, but against itself: what grows with the square would be six times as much a member.
    assert took[max(took)] / max(took) < 3 * took[min(took)] / min(took)
