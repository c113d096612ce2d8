"""A standby takes over in the middle of operations: they go on there, one epoch each, whatever was on its way."""

import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from schemaguard.adapters.postgres import standby
from schemaguard.commands import watch as watching
from schemaguard.errors import DatabaseError
from schemaguard.playbooks.acting import WatchRound
from schemaguard.releases.execute import Done
from schemaguard.report.plan import done_json, show_done
from schemaguard.serving import Follower
from tests.postgres.failover.rounds import Rounds, followed
from tests.postgres.failover.servers import Servers, two
from tests.postgres.releases.acting import PLAYBOOK, ROLE, TABLE, publish
from tests.postgres.releases.shop import Shop, incident
from tests.waiting import until

ROUNDS = int(os.environ.get("SCHEMAGUARD_PROMOTIONS", "1"))
"""How often the standby is promoted, with each kind of replication."""


@dataclass
class Replicated:
    servers: Servers
    shop: Shop

    @property
    def of_the_primary(self) -> Shop:
        """For who doesn't want to wait for a host that hangs, in whichever order they are named."""
        return Shop(self.servers.only(self.servers.primary), self.shop.folder)


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicated]:
    with two(is_synchronous=True) as servers:
        shop = Shop(servers.url, tmp_path_factory.mktemp("shop"))
        incident(shop)
        yield Replicated(servers, shop)


def go(shop: Shop) -> Done:
    """Back to fraud 7, or forward again to fraud 8."""
    return shop.rollback(finish=True) if shop.pointer()[0] == "8" else shop.promote("8", finish=True)


def commit_of(done: Done) -> dict[str, object]:
    found = next(step for step in done_json(done)["steps"] if step["name"] == "COMMIT")
    return {name: value for name, value in found.items() if name not in ("name", "state", "ms")}


def test_operations_go_on_where_the_standby_took_over(
    replicated: Replicated, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds = run(replicated.shop, replicated.servers, capsys)
    assert (rounds.lost_operations, rounds.lost_steps) == (0, 0)


def test_what_asynchronous_replication_loses_is_said_and_asked_for_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is lost is counted: that something may be is what is said of it."""
    if ROUNDS < 2:
        pytest.skip("make promotions runs it")
    with two(is_synchronous=False) as servers:
        shop = Shop(servers.url, tmp_path)
        incident(shop)
        run(shop, servers, capsys)


def run(shop: Shop, servers: Servers, capsys: pytest.CaptureFixture[str]) -> Rounds:
    rounds = Rounds(shop, servers, random.Random(17))
    with followed(servers.url) as seen:
        for number in range(1, ROUNDS + 1):
            rounds.run(number)
        last = shop.pointer()
        until(lambda: seen[-1:] == [(last[1], last[0])])
    if ROUNDS > 1:
        with capsys.disabled():
            sys.stdout.write(f"\n{rounds.said(is_synchronous=servers.is_synchronous)}")
    assert rounds.promotions == ROUNDS
    assert [epoch for epoch, _ in seen] == sorted({epoch for epoch, _ in seen})
    return rounds


def test_a_synchronous_standby_confirms_the_switch_whatever_the_role_says_of_its_commits(
    replicated: Replicated,
) -> None:
    replicated.shop.ask("alter role postgres set synchronous_commit = off")
    try:
        assert commit_of(go(replicated.shop)) == {"standbys": ["synchronous standby (*)"]}
    finally:
        replicated.shop.ask("alter role postgres reset synchronous_commit")


def test_a_synchronous_standby_that_hangs_holds_nothing_up_for_ever(
    replicated: Replicated, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(standby, "WAIT_S", 0.2)
    shop = replicated.of_the_primary
    epoch = shop.pointer()[1]
    with replicated.servers.hung(replicated.servers.standby):
        done = go(shop)
    assert commit_of(done) == {"doubt": "no synchronous standby has confirmed it within 0.2 s"}
    assert shop.pointer()[1] == epoch + 1
    said = capsys.readouterr().err
    assert said == (
        "schemaguard: no synchronous standby confirmed a commit within 0.2 s. It is committed on this server alone, "
        "and nothing that follows waits: bring the standby back, or take it out of synchronous_standby_names\n"
    )


def test_a_standby_that_nobody_waits_for_is_asked_whether_it_has_the_switch(
    replicated: Replicated, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers, shop = replicated.servers, replicated.of_the_primary
    monkeypatch.setattr(standby, "LOOK_S", 0.2)
    servers.wait_for("")
    try:
        assert commit_of(go(shop)) == {"standbys": [servers.standby]}
        with servers.hung(servers.standby):
            done = go(shop)
    finally:
        servers.wait_for("*")
    assert commit_of(done) == {"doubt": "no standby has confirmed it within 0.2 s"}
    shown = StringIO()
    show_done(done, Console(file=shown, width=80))
    assert (
        "no standby has confirmed it within 0.2 s: should this server be lost now, the switch may be lost with it"
        in (shown.getvalue())
    )


def test_a_standby_takes_no_operation_and_it_is_said_what_to_name(replicated: Replicated) -> None:
    here = Shop(replicated.servers.only(replicated.servers.standby), replicated.shop.folder)
    epoch = replicated.shop.pointer()[1]
    with pytest.raises(DatabaseError, match="takes no writes: it is a standby") as refused:
        go(here)
    assert "target_session_attrs=read-write" in refused.value.next
    assert replicated.shop.pointer()[1] == epoch


def test_a_server_whose_database_takes_no_lease_looks_for_another_host(replicated: Replicated) -> None:
    """What was the primary when it connected may be a standby now."""
    servers = replicated.servers
    with Follower(servers.only(servers.standby), "fraud", "scorer-2") as follower:
        assert not follower.acknowledge(follower.current().epoch)
        mine = "select 1 from pg_stat_activity where application_name = 'scorer-2' and state is not null"
        until(lambda: not servers.ask(servers.standby, mine))


def test_a_watcher_goes_on_at_the_standby_that_took_over(
    replicated: Replicated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_AWAY_S", 0.01)
    servers, shop = replicated.servers, replicated.shop
    shop.ask(TABLE)
    shop.ask(f"create role {ROLE}")
    publish(shop, PLAYBOOK)
    told: list[str] = []

    def tell(seen: WatchRound | str) -> None:
        told.append("lost" if isinstance(seen, str) else "looked")
        if told == ["looked"]:
            servers.fail_over()
        if told[-2:] == ["lost", "looked"]:
            raise _EnoughError

    with pytest.raises(_EnoughError), shop.site() as site:
        watching.watch(site, (), tell)
    assert told[0] == "looked"


class _EnoughError(Exception):
    """What ends a watcher in a test."""
