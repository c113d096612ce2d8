"""The watcher carries its decisions out: each once, only where somebody who may has said so, and never without data."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

from schemaguard.commands import acting, switching
from schemaguard.commands import watch as watching
from schemaguard.commands.audit import verify
from schemaguard.commands.canary import status
from schemaguard.commands.history import history
from schemaguard.commands.resume import abandon
from schemaguard.errors import ConflictError, RegistryError
from schemaguard.playbooks.acting import too_soon
from schemaguard.playbooks.deciding import why_decided
from schemaguard.playbooks.playbook import AfterRollback
from schemaguard.releases.release import StepName
from tests.conftest import VERSIONS
from tests.killing import die_at, in_a_process_that_may_die
from tests.postgres.releases.acting import (
    PLAYBOOK,
    ROLE,
    decisions,
    measured,
    publish,
    storm,
    watch,
    with_a_canary,
)
from tests.postgres.releases.shop import Shop
from tests.templates import Templates

EVERY = int(os.environ.get("SCHEMAGUARD_CRASH_EVERY", "70"))
"""At which statements a watcher is killed: every so many; 1 for all of them."""
FAULTS = int(os.environ.get("SCHEMAGUARD_FAULTS", "2"))
"""Of so many canaries that fail; `make watchers` makes it some hundred."""
SEED = int(os.environ.get("SCHEMAGUARD_SEED", "7"))
MOST_STATEMENTS = 600
Copy = Callable[[Path], AbstractContextManager[Shop]]


@pytest.fixture(params=VERSIONS)
def server_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"server{request.param}"))


@pytest.fixture
def shop(server_url: str, templates: Templates, tmp_path: Path) -> Iterator[Shop]:
    with templates.copy(server_url, "acting", lambda url, folder: with_a_canary(Shop(url, folder))) as (url, folder):
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        yield Shop(url, tmp_path)


def raises(error: Exception) -> NoReturn:
    raise error


def holds(shop: Shop) -> bool:
    with shop.site() as site:
        return verify(site, ()).holds


def test_a_canary_that_fails_is_aborted_and_the_model_is_frozen_for_a_while(shop: Shop) -> None:
    measured(shop, failed=10)
    shop.registry.error = RegistryError("the registry is down", at="here")
    (acted,) = watch(shop).acted
    assert (acted.state, acted.words[:12]) == ("done", "operation 3,")
    assert shop.shares() == ("7", None, 0, 3)
    assert decisions(shop) == [("error-rate", "rollback", "done")]
    frozen = shop.ask("select frozen_by, frozen_reason, frozen_until > now() from schemaguard.pointer")
    reason = f"error-rate: error rate > 2 % is crossed by 50 of 100, decision {acted.decision.id}"
    assert [(row[0], row[1].partition(" by ")[0], row[2]) for row in frozen] == [
        ("grace", reason.partition(" by ")[0], True)
    ]
    with shop.site() as site:
        told = history(site, "fraud")
        site.database.lock()  # A watcher that goes on keeps nobody waiting.
    aborted = next(each for each in told if each.what == "canary aborted")
    assert (aborted.metric, aborted.before) == ("error rate > 2 %", "8")
    assert aborted.recovery is not None
    assert timedelta() < aborted.recovery < timedelta(minutes=5)
    told_of = ("decision", "decision-taken-up", "canary-switched", "decision-closed", "frozen")
    assert [each for each in shop.events() if each in told_of][-5:] == list(told_of)
    assert watch(shop).acted == ()
    assert holds(shop)


def test_a_version_that_was_promoted_is_rolled_back_and_the_alias_waits_for_the_registry(shop: Shop) -> None:
    shop.promote("8")
    measured(shop, failed=10)
    shop.registry.error = RegistryError("the registry is down", at="here")
    (acted,) = watch(shop).acted
    assert (acted.state, shop.shares()) == ("done", ("7", None, 0, 4))
    assert shop.ask("select state from schemaguard.operation order by id desc limit 1") == [("waiting",)]
    shop.registry.error = None
    shop.resume()
    assert shop.registry.aliases == {"fraud@champion": "7"}
    # 7 was promoted over nothing: what is bad now isn't answered by going back to what was bad before.
    shop.ask("select set_config('schemaguard.permit', 'a test', false)")
    measured(shop, failed=10, version="7")
    (acted,) = watch(shop).acted
    assert acted.state == "refused"
    assert "automatic way back" in acted.words
    assert shop.shares() == ("7", None, 0, 4)


@pytest.mark.parametrize("why", ["the playbook advises", "the watcher advises", "nobody who may has published it"])
def test_without_leave_nothing_is_carried_out(shop: Shop, why: str) -> None:
    shop.abort()
    match why:
        case "the playbook advises":
            publish(shop, PLAYBOOK.replace("mode: act", "mode: advise"))
        case "nobody who may has published it":
            publish(shop, PLAYBOOK.replace(f"execute: [nobody, {ROLE}]", "execute: [nobody]"))
    shop.start_canary()
    measured(shop, failed=10)
    acted = watch(shop, advise_only=why == "the watcher advises").acted
    assert shop.shares() == ("7", "8", 10, 4)
    state = "refused" if why.startswith("nobody") else "advised"
    assert decisions(shop) == [("error-rate", "rollback", state)]
    assert [each.words.rpartition(": ")[2] for each in acted] == (["nobody"] if state == "refused" else [])
    assert watch(shop).acted == ()


def test_a_role_that_was_taken_away_doesn_t_act_any_more(shop: Shop) -> None:
    measured(shop, failed=10)
    shop.ask("update schemaguard.playbook set published_role = 'somebody_who_left'")
    shop.accept()
    (acted,) = watch(shop).acted
    assert acted.state == "refused"
    assert acted.words.startswith("somebody_who_left, who published the playbook, is none of those who may execute")
    assert shop.shares() == ("7", "8", 10, 2)


def test_looks_that_stay_missing_freeze_and_never_take_anything_back(shop: Shop) -> None:
    measured(shop, failed=10)
    shop.ask("alter table scored rename to elsewhere")
    shop.ask("update schemaguard.watch set upto = upto - interval '10 min'")
    acted = watch(shop).acted
    assert {(each.decision.kind, each.decision.action, each.state) for each in acted} == {("no-data", "freeze", "done")}
    assert shop.shares() == ("7", "8", 10, 2)
    assert shop.ask("select frozen, frozen_until from schemaguard.pointer") == [(True, None)]
    shop.abort()


def test_of_two_that_trip_at_once_the_stronger_is_carried_out_and_overtakes_the_other(shop: Shop) -> None:
    measured(shop, failed=10, slow=20)
    acted = watch(shop).acted
    assert [(each.decision.trigger, each.state) for each in acted] == [("error-rate", "done"), ("slow", "overtaken")]
    assert shop.ask("select count(*) from schemaguard.operation") == [(3,)]


def test_a_canary_beside_the_fallback_is_aborted_where_the_playbook_says_fallback(shop: Shop) -> None:
    shop.abort()
    publish(shop, PLAYBOOK.replace("trip: p95 > 300 ms, action: freeze", "trip: p95 > 300 ms, action: fallback"))
    shop.start_canary()
    measured(shop, slow=20)
    (acted,) = watch(shop).acted
    assert (acted.state, shop.shares()) == ("done", ("7", None, 0, 5))


def test_a_decision_of_an_older_epoch_is_overtaken(shop: Shop) -> None:
    measured(shop, failed=10)
    site = shop.site()
    with pytest.MonkeyPatch.context() as patch, site:

        def too_late(*arguments: object) -> object:
            shop.abort()
            shop.start_canary()
            return carry_out(*arguments)  # type: ignore[arg-type]  # as it was called

        carry_out = acting.carry_out
        patch.setattr(acting, "carry_out", too_late)
        (acted,) = watching.watch_once(site).acted
    assert (acted.state, acted.words) == ("overtaken", "epoch 4 is newer than the one that was measured")
    assert shop.shares() == ("7", "8", 10, 4)


def test_while_another_operation_runs_a_decision_waits_and_is_carried_out_afterwards(shop: Shop) -> None:
    measured(shop, failed=10)

    def meanwhile(name: StepName) -> None:
        if name is StepName.INTENT:
            (acted,) = watch(shop).acted
            assert acted.state == "open"
            assert "is open since" in acted.words
            raise ConflictError("the operator goes away")

    with pytest.raises(ConflictError, match="goes away"):
        shop.advance(watch=meanwhile)
    with shop.site() as site:
        abandon(site, None)
    (acted,) = watch(shop).acted
    assert (acted.state, shop.shares()) == ("done", ("7", None, 0, 3))


def test_an_operation_of_the_watcher_that_somebody_gave_up_is_not_begun_again(shop: Shop) -> None:
    measured(shop, failed=10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(switching, "execute", lambda *_: raises(ConflictError("it was killed")))
        (acted,) = watch(shop).acted
    assert (acted.state, acted.words) == ("open", "it was killed")
    with shop.site() as site:
        abandon(site, None)
    (acted,) = watch(shop).acted
    assert (acted.state, acted.words) == ("refused", "operation 3 was given up")
    assert shop.shares() == ("7", "8", 10, 2)


def test_a_canary_gets_more_by_itself_where_the_playbook_says_so(shop: Shop) -> None:
    measured(shop, failed=0)
    assert watch(shop).advanced == ()
    shop.abort()
    publish(shop, PLAYBOOK.replace("canary:\n", "canary:\n  advance: automatic\n"))
    shop.start_canary()
    measured(shop, failed=0)
    assert watch(shop).advanced == ()
    shop.ask("update schemaguard.pointer set canary_since = now() - interval '11 min'")
    shop.accept()
    with shop.site() as site:
        assert status(site, "fraud")[0].waits == ()
    assert watch(shop).advanced == ("fraud@8 gets 50 % of the traffic",)
    assert shop.shares() == ("7", "8", 50, 5)
    measured(shop, failed=10)
    shop.ask("update schemaguard.pointer set canary_since = now() - interval '11 min'")
    shop.accept()
    seen = watch(shop)
    assert ([each.state for each in seen.acted], seen.advanced) == (["done"], ())
    assert shop.shares() == ("7", None, 0, 6)


def test_a_watcher_that_is_killed_anywhere_leaves_a_decision_that_is_carried_out_once(
    server_url: str, templates: Templates, tmp_path: Path
) -> None:
    """Before every n-th statement that a pass sends, until it comes through."""
    for number in range(1, MOST_STATEMENTS, EVERY):
        made = templates.copy(server_url, "acting", lambda url, folder: with_a_canary(Shop(url, folder)))
        with made as (url, folder):
            shutil.copytree(folder, tmp_path / str(number))
            shop = Shop(url, tmp_path / str(number))
            measured(shop, failed=10)
            was_killed = in_a_process_that_may_die(lambda number=number, shop=shop: (die_at(number), watch(shop)))
            watch(shop)
            require_once(shop)
            if not was_killed:
                assert number > 1, "it was never killed"
                return
    raise AssertionError("the watcher never came through")


def require_once(shop: Shop) -> None:
    assert shop.shares() == ("7", None, 0, 3)
    assert decisions(shop) == [("error-rate", "rollback", "done")]
    assert shop.ask("select count(*) from schemaguard.operation where kind = 'abort'") == [(1,)]
    assert shop.ask("select count(*) from schemaguard.operation where state = 'open'") == [(0,)]
    assert shop.ask("select frozen from schemaguard.pointer") == [(True,)]
    # Each row was counted once, whoever counted it.
    counted = """select sum(total) = (select count(*) from scored where version = '8' and at <= max(until)
        and at > min(until) - interval '1 s') from schemaguard.look where trigger = 'error-rate' and epoch = 2"""
    assert shop.ask(counted) == [(True,)]
    assert holds(shop)


def test_two_watchers_at_once_that_are_killed_carry_each_decision_out_once(shop: Shop) -> None:
    came = storm(shop, FAULTS, SEED)
    sys.stdout.write(f"{came}\n")
    assert (came.decisions, came.done, came.operations) == (FAULTS, FAULTS, FAULTS)
    # Each canary was started and aborted once, whoever did it.
    assert shop.shares() == ("7", None, 0, 1 + 2 * FAULTS)
    kinds = "select kind, count(*) from schemaguard.operation where state <> 'open' group by 1 order by 1"
    assert shop.ask(kinds) == [("abort", FAULTS), ("canary", FAULTS), ("promote", 1)]
    overlapping = """select count(*) from (select until - lag(until) over (partition by trigger, epoch order by until)
        as length from schemaguard.look) looks where length <> interval '1 s'"""
    assert shop.ask(overlapping) == [(0,)]
    assert holds(shop)


def test_no_more_than_so_many_ways_back_in_so_long() -> None:
    terms, now = AfterRollback(), datetime.fromisoformat("2026-11-29T12:00:00+00:00")
    assert too_soon(terms, [], now) == ""
    assert too_soon(terms, [now - timedelta(minutes=31)], now) == ""
    assert too_soon(terms, [now - timedelta(minutes=29)], now).startswith(
        "the last automatic way back was at 11:31 UTC"
    )
    twice = [now - timedelta(hours=23), now - timedelta(hours=2)]
    assert too_soon(terms, twice, now) == "2 automatic ways back since 2026-11-28 13:00 UTC are enough"
    assert too_soon(terms, [now - timedelta(hours=25), now - timedelta(hours=2)], now) == ""


def test_a_drift_freezes_and_a_mean_that_is_worse_goes_back(shop: Shop) -> None:
    shop.abort(finish=True)
    triggers = """triggers:
  - {name: drift, measure: {source: scored, column: latency, reference: "7"}, trip: KS > 0.15, action: freeze}
  - name: cost
    measure: {source: scored, column: latency}
    trip: cost gains > 50 %
    compare: stable
    action: rollback
"""
    before, _, rest = PLAYBOOK.partition("triggers:\n")
    publish(shop, before + triggers + rest[rest.index("evaluation:") :])
    shop.start_canary()
    measured(shop)
    assert {each.why_not for each in watch(shop).passes} == {""}
    # Until there are rows to compare with, it is missing.
    assert shop.ask("select distinct missing from schemaguard.look where trigger = 'drift'") == [
        ("the reference 7 has 0 rows of 1,000 that are needed",)
    ]
    shop.ask("insert into scored select now() - interval '10 min', '7', false, 100 from generate_series(1, 2000)")
    old = shop.ask("select * from scored where at < now() - interval '5 min'")
    for slow in (0, 20):
        measured(shop, slow=slow)
        with psycopg.connect(shop.url, autocommit=True) as connection:
            connection.cursor().executemany("insert into scored values (%s, %s, %s, %s)", old)
        acted = watch(shop).acted
        tripped = {one[:2] for one in decisions(shop)}
        assert tripped == ({("drift", "freeze"), ("cost", "rollback")} if slow else set())
    assert {(each.decision.trigger, each.state) for each in acted} == {("cost", "done"), ("drift", "overtaken")}
    assert shop.shares()[:2] == ("7", None)
    (reason,) = [each.decision.snapshot for each in acted if each.decision.trigger == "drift"]
    assert why_decided("tripped", reason).endswith("rows prove a distance of " + f"{reason['weight']:.3f}")
    assert holds(shop)
