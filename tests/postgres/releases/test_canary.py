"""A canary: a share of the traffic for a version, while both contracts hold; never a promotion, always taken back."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from schemaguard.commands.audit import verify
from schemaguard.commands.freeze import freeze
from schemaguard.commands.history import history
from schemaguard.commands.purge import Early, purge
from schemaguard.errors import ConflictError, RefusedError, RegistryError, UsageError
from schemaguard.releases.release import ReversalClass, StepName
from schemaguard.serving import Follower
from schemaguard.window.near_release import near_releases
from tests.conftest import VERSIONS
from tests.postgres.releases.shop import READS_7, READS_8, Shop, before_a_canary, document
from tests.templates import Templates

CLIENTS = 20_000


@pytest.fixture(params=VERSIONS)
def shop(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Iterator[Shop]:
    server = request.getfixturevalue(f"server{request.param}")
    with templates.copy(server, "canary", lambda url, folder: before_a_canary(Shop(url, folder))) as (url, folder):
        for file in folder.iterdir():
            shutil.copy(file, tmp_path)
        yield Shop(url, tmp_path)


def holds(shop: Shop) -> bool:
    with shop.site() as site:
        return verify(site, ()).holds


def test_a_share_is_given_raised_and_becomes_the_promotion(shop: Shop) -> None:
    done = shop.start_canary()
    assert shop.shares() == ("7", "8", 1, 2)
    assert done.outcome.plan.reversal_class is ReversalClass.INSTANT
    assert shop.registry.aliases == {"fraud@champion": "7"}
    shop.advance()
    assert shop.shares() == ("7", "8", 5, 3)
    shop.advance()
    assert shop.shares() == ("7", "8", 25, 4)
    assert shop.ask("select canary_step from schemaguard.pointer") == [(3,)]
    shop.advance()
    assert shop.shares() == ("8", None, 0, 5)
    assert shop.registry.aliases == {"fraud@champion": "8"}
    with shop.site() as site:
        told = [(each.what, each.after, each.percent) for each in history(site, "fraud") if each.epoch]
    assert [each for each in told if each[0] != "alias moved"] == [
        ("promoted", "7", None), ("canary started", "8", 1), ("canary advanced", "8", 5), ("canary advanced", "8", 25),
        ("promoted", "8", None),
    ]  # fmt: skip
    assert holds(shop)


def test_both_contracts_hold_meanwhile_and_an_abort_takes_only_the_canary_s_away(shop: Shop) -> None:
    shop.start_canary()
    with Follower(shop.url, "fraud", "scorer-1") as follower:
        active = follower.current()
        found = {follower.route(f"client {n}").version for n in range(1_000)}
        assert found == {"7", "8"}
        canary = next(each for n in range(1_000) if (each := follower.route(f"client {n}")).version == "8")
        with follower.connect(active) as seven, follower.connect(canary) as eight:
            seven.execute("select id, amount, channel from transactions").fetchall()
            eight.execute("select id, amount, entry_mode from transactions").fetchall()
        follower.acknowledge(2)
        done = shop.abort()
        assert shop.shares() == ("7", None, 0, 3)
        assert "have not switched yet: scorer-1" in str(done.outcome.waiting)
        assert "entry_mode" in shop.columns()
        assert follower.changed(5)
        assert follower.current().epoch == 3
        assert {follower.route(f"client {n}").version for n in range(1_000)} == {"7"}
        follower.acknowledge(3)
        shop.resume()
    assert "entry_mode" not in shop.columns()
    assert shop.heads() == ["0005"]
    assert shop.ask("select revision from schemaguard.held_revision") == [("0006",)]
    assert holds(shop)


def test_a_canary_that_was_aborted_may_be_tried_again_and_brings_its_column_back(shop: Shop) -> None:
    shop.ask("update transactions set entry_mode = 'chip'")
    shop.start_canary()
    shop.abort(finish=True)
    assert "entry_mode" not in shop.columns()
    done = shop.start_canary(percent=30)
    assert done.outcome.plan.restored == ("transactions.entry_mode",)
    assert shop.shares() == ("7", "8", 30, 4)
    assert shop.ask("select entry_mode, count(*) from transactions group by 1") == [("chip", 50)]
    # The revision is held until 8 serves alone, and then its own again.
    shop.advance(100)
    assert shop.shares() == ("8", None, 0, 5)
    assert shop.heads() == ["0006"]
    assert shop.ask("select revision from schemaguard.held_revision") == []
    assert holds(shop)


def test_a_rollback_of_what_serves_ends_the_canary_in_the_same_commit(shop: Shop) -> None:
    shop.publish("6", *READS_7)
    shop.registry.versions.add("6")
    shop.promote("6")
    shop.promote("7")
    shop.start_canary()
    assert shop.shares() == ("7", "8", 1, 4)
    plan = shop.rollback().outcome.plan.lead
    assert (plan.to_version, plan.left) == ("6", ("7", "8"))
    assert shop.shares() == ("6", None, 0, 5)
    assert shop.ask("select count(*) from schemaguard.release where superseded_at is null") == [(1,)]
    entry = shop.ask("select entry::jsonb -> 'payload' from schemaguard.ledger where event = 'pointer-switched'")[-1][0]
    assert (entry["to"], entry["ended_canary"]) == ("6", "8")
    traffic = shop.ask("select payload from schemaguard.outbox where target = 'traffic' order by id desc limit 1")
    assert traffic == [({"active": "6", "canary": None, "percent": 0},)]
    assert holds(shop)


def test_a_start_is_no_promotion_so_a_rollback_still_goes_to_what_served_before(shop: Shop) -> None:
    shop.publish("6", *READS_7)
    shop.registry.versions.add("6")
    shop.promote("6")
    shop.promote("7")
    shop.start_canary()
    shop.abort()
    assert shop.rollback().outcome.plan.lead.to_version == "6"
    # It has had traffic, so that a rollback may name it.
    shop.promote("7")
    assert shop.rollback("8").outcome.plan.lead.to_version == "8"


def test_what_can_t_be_meant_is_refused(shop: Shop) -> None:
    with pytest.raises(UsageError, match=r"no canary of fraud runs \(epoch 1\)"):
        shop.abort()
    with pytest.raises(UsageError, match="fraud 9 is not published"):
        shop.start_canary("9")
    with pytest.raises(UsageError, match="fraud@7 serves all of the traffic already"):
        shop.start_canary("7")
    with pytest.raises(UsageError, match="1 to 99 % of the traffic, not 0 %"):
        shop.start_canary(percent=0)
    shop.publish("9", *READS_8)
    shop.start_canary()
    with pytest.raises(RefusedError, match="fraud@8 runs as a canary with 1 % already"):
        shop.start_canary("9")
    with pytest.raises(RefusedError, match="fraud 8 runs as a canary with 1 % of the traffic"):
        shop.promote("9")
    with pytest.raises(UsageError, match="fraud@8 has 1 % already, and 1 % isn't more"):
        shop.advance(1)
    with pytest.raises(RefusedError, match=r"fraud@8 keeps 1 %: step 1 holds for \d+ min more"):
        shop.advance(early=False)
    assert shop.shares() == ("7", "8", 1, 2)
    shop.promote("8")
    assert shop.shares() == ("8", None, 0, 3)


def test_only_the_epoch_that_was_seen_is_meant(shop: Shop) -> None:
    shop.start_canary()
    shop.advance()
    with pytest.raises(ConflictError, match="the epoch of fraud is 3, not 2"):
        shop.abort(if_epoch=2)

    def faster(name: StepName) -> None:
        if name is StepName.INTENT:
            with pytest.raises(ConflictError, match="is open since"):
                shop.abort()

    # An operation that runs is never overtaken: whoever aborts is told to come back.
    shop.advance(watch=faster)
    assert shop.shares() == ("7", "8", 25, 4)
    shop.abort(if_epoch=4)
    assert shop.shares() == ("7", None, 0, 5)


def test_a_frozen_canary_gets_no_more_and_is_aborted_all_the_same(shop: Shop) -> None:
    shop.start_canary()
    with shop.site() as site:
        freeze(site, "fraud", "an incident")
    with pytest.raises(RefusedError, match="frozen by grace: an incident"):
        shop.advance()
    with pytest.raises(psycopg.Error, match="frozen by grace"):
        shop.ask("update schemaguard.pointer set canary_percent = 50")
    shop.abort()
    assert shop.shares() == ("7", None, 0, 3)
    with pytest.raises(RefusedError, match="frozen by grace"):
        shop.start_canary()


def test_the_registry_is_asked_for_a_start_and_never_for_an_abort(shop: Shop) -> None:
    shop.registry.error = RegistryError("the registry is down", at="here")
    with pytest.raises(RegistryError):
        shop.start_canary()
    shop.registry.error = None
    shop.start_canary()
    shop.registry.error = RegistryError("the registry is down", at="here")
    shop.advance()
    done = shop.abort()
    assert done.outcome.step(StepName.PROJECT) is not None
    assert shop.ask("select count(*) from schemaguard.outbox where delivered_at is null") == [(0,)]


def test_while_a_canary_runs_both_are_in_the_window_and_nothing_of_theirs_goes(shop: Shop) -> None:
    shop.start_canary()
    with shop.site() as site:
        window = site.live_window()
        assert {each.version: each.role for each in window.current(window.at)} == {"7": "active", "8": "canary"}
        near = near_releases(window, datetime.now(UTC), 0)
        assert [(each.entry.version, each.until) for each in near] == [("8", None)]
    shop.drop_channel()
    with shop.site() as site, pytest.raises(RefusedError, match="needed by fraud@7"):
        purge(site, ("transactions.channel",), Early("ada", "an erasure"))


def test_a_version_whose_contract_the_database_doesn_t_keep_gets_no_traffic(shop: Shop) -> None:
    published = document("9", *READS_8)
    published["schema"][0]["properties"].append({"name": "gone", "physicalType": "text"})
    shop.publish_document("9", published)
    with pytest.raises(RefusedError, match="doesn't give fraud@9 what its contract promises"):
        shop.start_canary("9")
    shop.start_canary()
    shop.ask("set schemaguard.permit = 'a test'; alter table transactions rename entry_mode to entry")
    with pytest.raises(RefusedError, match="doesn't give fraud@8 what its contract promises any more"):
        shop.advance()
    shop.abort(finish=True)
    assert shop.shares() == ("7", None, 0, 3)


def test_an_operation_that_was_killed_is_resumed_or_given_up(shop: Shop) -> None:
    def die(name: StepName) -> None:
        if name is StepName.PREPARE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shop.start_canary(watch=die)
    assert shop.shares() == ("7", None, 0, 1)
    shop.resume()
    assert shop.shares() == ("7", "8", 1, 2)
    with pytest.raises(KeyboardInterrupt):
        shop.abort(watch=lambda name: die(StepName.PREPARE) if name is StepName.COMMIT else None)
    assert shop.shares() == ("7", None, 0, 3)
    shop.resume(finish=True)
    assert "entry_mode" not in shop.columns()
    assert holds(shop)


def test_a_pointer_that_was_changed_by_hand_is_found(shop: Shop) -> None:
    shop.start_canary()
    assert holds(shop)
    shop.ask("set session_replication_role = replica; update schemaguard.pointer set canary_percent = 60")
    with shop.site() as site:
        problems = verify(site, ()).problems
    assert "the pointer of fraud says 7, canary 8 with 60 %, at epoch 2" in " ".join(problems)


def test_the_split_is_that_of_the_step_and_no_client_goes_back_and_forth(shop: Shop) -> None:
    shop.start_canary()
    before: set[int] = set()
    hostile = ("", "\0", "\udcff", "\ud800x", "%", "{}", "' or 1=1 --", "ü" * 10_000)
    with Follower(shop.url, "fraud", "scorer-1") as follower, Follower(shop.url, "fraud", "scorer-2") as restarted:
        for percent in (1, 5, 25, 100):
            if percent > 1:
                shop.advance()
            now, epoch = follower.current(), restarted.current().epoch
            assert now.epoch == epoch
            mine = {n for n in range(CLIENTS) if follower.route(f"kunde {n}").version == "8"}
            expected, sigma = CLIENTS * percent / 100, (CLIENTS * percent / 100 * (1 - percent / 100)) ** 0.5
            assert abs(len(mine) - expected) <= 3 * sigma
            assert before <= mine
            assert all((restarted.route(f"kunde {n}").version == "8") == (n in mine) for n in range(0, CLIENTS, 97))
            before = mine
            assert [follower.route(name).version for name in hostile] == [restarted.route(n).version for n in hostile]
