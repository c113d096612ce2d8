"""Members that switch together: both or neither, whatever dies when, and nothing is left prepared."""

import os
import random
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from schemaguard.adapters import control
from schemaguard.commands.doctor import doctor
from schemaguard.commands.fleet import run as runs
from schemaguard.commands.fleet.opening import Fleet, open_fleet
from schemaguard.commands.fleet.plan import plan_run
from schemaguard.commands.fleet.status import status
from schemaguard.commands.fleet.together import FleetSettled, NobodySwitchedError, reconcile, together
from schemaguard.commands.reconcile import reconcile as reconcile_one
from schemaguard.commands.resume import resume
from schemaguard.commands.site import Site
from schemaguard.errors import ConfigError, ConflictError, ExitCode, RefusedError, UsageError
from schemaguard.fleet.protocol import Asked, FleetVerb
from schemaguard.frozen import replace
from tests.conftest import fresh
from tests.killing import die, die_at, in_a_process_that_may_die
from tests.postgres.fleet.tenants import Tenants, template
from tests.templates import Templates

KILLS = int(os.environ.get("SCHEMAGUARD_FLEET_KILLS", "3"))
"""How often the coordinator is killed; `make fleet`: 200 times."""
STATEMENTS = 110
"""About 50 are sent until both are prepared, 2 for the decision, and as many again until both have switched."""


@pytest.fixture(scope="module")
def pair(server15: str, templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenants]:
    """Two tenants on a server that keeps prepared transactions, with what 0006 adds; each test leaves them at rest."""
    mark = uuid.uuid4().hex[:8]
    made = Tenants(server15, tmp_path_factory.mktemp("pair"), (f"p0_{mark}", f"p1_{mark}"), f"fleet_{mark}")
    with templates.copy(server15, "tenant", template) as (url, _):
        made.lay_out(url.partition("?")[0].rpartition("/")[2])
    for name in made.names:
        made.ask(name, "alter table transactions add column entry_mode text")
    yield made
    made.leave()


def go(pair: Tenants, watch: Any = lambda _: None) -> None:
    """Both forward to fraud 8, or back to 7."""
    fleet, is_forward = pair.fleet(), pointers(pair)[0][0] == "7"
    verb, target = (FleetVerb.PROMOTE, "8") if is_forward else (FleetVerb.ROLLBACK, None)
    asked = Asked(verb, "grace", "a test", target, "fraud", {"finish": True})
    together(fleet, asked, fleet.manifest.members, watch)


def pointers(pair: Tenants) -> list[tuple[Any, ...]]:
    return [pair.ask(name, "select active, epoch from schemaguard.pointer")[0] for name in pair.names]


def switched(before: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The pointers of members that have all gone the other way, once."""
    return [("8" if version == "7" else "7", epoch + 1) for version, epoch in before]


def prepared(pair: Tenants) -> list[tuple[Any, ...]]:
    return pair.ask(pair.names[0], "select gid, database from pg_prepared_xacts where gid like 'schemaguard%'")


def is_at_rest(pair: Tenants) -> bool:
    states = {row for name in pair.names for row in pair.ask(name, "select state from schemaguard.operation")}
    return states <= {("done",), ("abandoned",)} and not prepared(pair)


def test_where_one_of_them_cant_none_does(pair: Tenants) -> None:
    if pointers(pair)[0][0] != "7":
        go(pair)
    before = pointers(pair)
    freeze = "update schemaguard.pointer set frozen = {}, frozen_by = 'ada', frozen_reason = 'audit'"
    pair.ask(pair.names[1], freeze.format("true"))
    with pytest.raises(NobodySwitchedError, match=rf"{pair.names[1]}: .*frozen.*; no member has switched"):
        go(pair)
    pair.ask(pair.names[1], freeze.format("false"))
    assert pointers(pair) == before
    assert is_at_rest(pair)


def test_two_members_switch_together_and_their_servers_are_told(pair: Tenants) -> None:
    before, generation = pointers(pair), pair.generation()
    with psycopg.connect(pair.server.replace("/postgres?", f"/{pair.names[1]}?"), autocommit=True) as server:
        server.execute("listen schemaguard")
        go(pair)
        assert [each.payload for each in server.notifies(timeout=5, stop_after=1)] == ["fraud"]
    assert pointers(pair) == switched(before)
    assert is_at_rest(pair)
    assert pair.generation() > generation


def test_what_was_left_prepared_is_shown_keeps_others_from_going_on_alone_and_is_settled(pair: Tenants) -> None:
    class Stopped(Exception):  # noqa: N818 - what a killed process would leave
        pass

    def watch(phase: str) -> None:
        if phase == "prepared":
            raise Stopped

    before = pointers(pair)
    with pytest.raises(Stopped):
        go(pair, watch)
    assert len(prepared(pair)) == 2
    fleet = pair.fleet()
    seen = status(fleet, fleet.manifest.members)
    assert [len(each.prepared) for each in seen.members] == [1, 1]
    first = fleet.manifest.members[0]
    with fleet.member_site(first) as site:
        assert any("is prepared" in each for each in site.database.overview(None).drift)
        site.database.settle(site.database.prepared()[0], commit=False)
        with pytest.raises(RefusedError, match="switches together with other databases"):
            resume(site, None)
    with pytest.raises(ConflictError, match="is running"):
        pair.begin(FleetVerb.PROMOTE, "fraud", "8")
    assert "no member has switched" in reconcile(fleet).done[0]
    assert pointers(pair) == before
    assert is_at_rest(pair)
    assert reconcile(fleet) == FleetSettled()


def test_an_upgrade_and_a_single_member_cant_be_together(pair: Tenants) -> None:
    fleet = pair.fleet()
    with pytest.raises(UsageError, match="can't be prepared"):
        together(fleet, Asked(FleetVerb.UPGRADE, "a", "b"), fleet.manifest.members)
    with pytest.raises(UsageError, match="1 members can't switch together: 2 to 10 can"):
        together(fleet, Asked(FleetVerb.ROLLBACK, "a", "b", model="fraud"), fleet.manifest.members[:1])


def test_killed_between_prepare_and_commit_both_have_switched_or_neither(
    pair: Tenants, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same pair goes forth and back; each time its coordinator dies before another statement."""
    drawn, seen, killed, gone = random.Random(7), set(), 0, 0
    for number in range(KILLS):
        before = pointers(pair)
        at = drawn.randrange(1, STATEMENTS) if KILLS > 20 else (30, 55, 80)[number]

        def act(at: int = at) -> None:
            go(pair, lambda phase: die_at(at) if phase == "begun" else None)

        killed += in_a_process_that_may_die(act)
        reconcile(pair.fleet())
        after = pointers(pair)
        assert after in (before, switched(before))
        seen.add(after != before)
        gone += after != before
        assert is_at_rest(pair)
    assert seen == {True, False}
    assert killed >= KILLS // 2
    if KILLS > 20:
        with capsys.disabled():
            sys.stdout.write(
                f"\n{KILLS} times together, {killed} killed, {switched} switched: both or neither each time\n"
            )


def test_servers_that_keep_no_prepared_transactions_are_told_before_anything_is_touched(
    server18: str, tmp_path: Path
) -> None:
    with fresh(server18) as url, fresh(server18) as other:
        for each in (url, other):
            with psycopg.connect(each, autocommit=True) as connection:
                control.install(connection)
        members = "".join(f"  - {{name: {name.lower()}, url: {{env: {name}}}}}\n" for name in ("A", "B", "C"))
        (tmp_path / "fleet.yaml").write_text(f"fleet: f\ncontrol: {{env: A}}\nmembers:\n{members}")
        # The same database is called in another way.
        fleet = open_fleet(Site(tmp_path, environ={"A": url, "B": other, "C": f"{other}&connect_timeout=9"}))
        one_too_many = fleet.manifest.members
        fleet = Fleet(fleet.site, replace(fleet.manifest, members=one_too_many[:2]))
        asked = Asked(FleetVerb.ROLLBACK, "grace", "a test", model="fraud")
        with pytest.raises(RefusedError, match="keep no prepared transactions: a, b"):
            together(fleet, asked, fleet.manifest.members)
        assert plan_run(fleet, asked, fleet.manifest.members, is_together=True).exit_code is ExitCode.FINDINGS
        for refused in (lambda: together(fleet, asked, one_too_many), lambda: runs.begin(fleet, asked, one_too_many)):
            with pytest.raises(ConfigError, match="b and c are the same database"):
                refused()
        assert plan_run(fleet, asked, one_too_many).obstacles == ("b and c are the same database",)
        said = [each for each in doctor(fleet.site).diagnoses if each.subject == "fleet"]
        with fleet.store() as store:
            assert store.standing("f").run is None
    assert [each.what for each in said] == [
        "3 of 3 members keep no prepared transactions: they can't switch with --together"
    ]


def test_reconcile_of_one_database_settles_all_where_the_manifest_is(pair: Tenants, tmp_path: Path) -> None:
    def act() -> None:
        go(pair, lambda phase: die() if phase == "decided" else None)

    before = pointers(pair)
    assert in_a_process_that_may_die(act)
    fleet = pair.fleet()
    with fleet.member_site(fleet.manifest.members[1]) as site:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        here, site.here = site.here, elsewhere
        site.__dict__["config"] = replace(site.config, root=elsewhere)
        assert any("schemaguard fleet reconcile" in each for each in reconcile_one(site).failed)
        site.here = here
        assert any("all members have switched" in each for each in reconcile_one(site).finished)
    assert pointers(pair) == switched(before)
    assert is_at_rest(pair)
