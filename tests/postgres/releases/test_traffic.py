"""Proxies are told of each switch in the operation itself, each target alone, and again until they show it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemaguard.commands.audit import verify
from schemaguard.commands.history import history
from schemaguard.commands.proxies import correct_traffic
from schemaguard.commands.reconcile import reconcile
from schemaguard.commands.status import status
from schemaguard.errors import RegistryError
from schemaguard.releases.release import StepName
from tests.conftest import VERSIONS
from tests.killing import die, die_after_intent, in_a_process_that_may_die
from tests.postgres.releases.acting import measured, watch, with_a_canary
from tests.postgres.releases.shop import Shop, before_a_canary
from tests.templates import Templates
from tests.unit.adapters.traffic.stand_in import StandIn, stands_in

SETTINGS = """
[proxies.edge]
model = "fraud"
socket = "{path}"
variable = "proc.canary"
[proxies.colours]
model = "fraud"
socket = "{path}"
backend = "fraud"
active = "v{{version}}"
canary = "v{{version}}"
[proxies.elsewhere]
model = "churn"
socket = "/nowhere"
backend = "churn"
"""
DOWN = RegistryError("the registry is down", at="here")


@pytest.fixture(params=VERSIONS)
def shop(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Iterator[Shop]:
    server = request.getfixturevalue(f"server{request.param}")
    with templates.copy(server, "canary", lambda url, folder: before_a_canary(Shop(url, folder))) as (url, folder):
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        yield Shop(url, tmp_path)


@pytest.fixture
def proxy(shop: Shop) -> Iterator[StandIn]:
    servers = {"v7": (100, True), "v8": (0, True)}
    path = shop.folder / "admin.sock"
    (shop.folder / "schemaguard.toml").write_text(SETTINGS.format(path=path))
    with stands_in(path, variables={"proc.canary": 0}, servers=servers) as made:
        yield made


def shown(proxy: StandIn) -> tuple[int, dict[str, int]]:
    return proxy.variables["proc.canary"], {name: weight for name, (weight, _) in proxy.servers.items()}


def owed(shop: Shop) -> list[Any]:
    """What of the newest operation isn't delivered."""
    query = (
        "select target from schemaguard.outbox where delivered_at is null "
        "and operation = (select max(id) from schemaguard.operation) order by id"
    )
    return [row[0] for row in shop.ask(query)]


def test_proxies_follow_each_switch_and_the_ledger_says_so(shop: Shop, proxy: StandIn) -> None:
    done = shop.start_canary()
    assert shown(proxy) == (100, {"v7": 99, "v8": 1})
    project = done.outcome.step(StepName.PROJECT)
    assert project is not None
    assert project.detail["proxies"]["edge"] == {"proxy": "edge", "proc.canary": 100, "was": 0}
    shop.advance()
    assert shown(proxy) == (500, {"v7": 95, "v8": 5})
    shop.abort()
    assert shown(proxy) == (0, {"v7": 100, "v8": 0})
    # All of the traffic at once: the pools of a variable follow the pointer, the servers of versions the weights.
    shop.promote("8")
    assert shown(proxy) == (0, {"v7": 0, "v8": 100})
    shop.rollback()
    assert shown(proxy) == (0, {"v7": 100, "v8": 0})
    assert owed(shop) == []
    events = [event for event in shop.events() if event == "traffic-projected"]
    assert len(events) == 5 * 2 + 3
    with shop.site() as site:
        assert verify(site, ()).holds
        assert status(site).drift == ()
        assert history(site, "fraud")


def test_neither_a_dead_proxy_holds_the_registry_back_nor_a_dead_registry_the_proxy(shop: Shop, proxy: StandIn) -> None:
    shop.registry.error = DOWN
    with pytest.raises(RegistryError):
        shop.promote("8")
    shop.registry.error = None
    shop.promote("8")
    shop.registry.error = DOWN
    waiting = shop.rollback().outcome.waiting
    assert "registry's alias could not follow" in str(waiting)
    assert (shown(proxy)[1], owed(shop)) == ({"v7": 100, "v8": 0}, ["mlflow-alias"])
    shop.registry.error = None
    proxy.wrong = "denied"
    waiting = shop.promote("8").outcome.waiting
    assert str(waiting) == (
        "fraud 8 serves (epoch 4), but the traffic doesn't follow yet: the proxy colours shows v7 100, v8 0 after it "
        "was told v7 0, v8 100 (Permission denied)\nat: proxies.colours\n"
        "next: once the proxy answers again: schemaguard resume 4"
    )
    assert (shop.registry.aliases["fraud@champion"], owed(shop)) == ("8", ["traffic:colours"])
    with shop.site() as site:
        assert status(site).drift == ("the proxy colours shows v7 100, v8 0 instead of v7 0, v8 100",)
        assert len(reconcile(site).waiting) == 1
        proxy.wrong = ""
        assert reconcile(site).finished[-1] == "operation 4 (promote fraud 7 → 8)"
    assert (shown(proxy)[1], owed(shop)) == ({"v7": 0, "v8": 100}, [])


def test_an_abort_waits_for_a_proxy_without_standing_in_the_way_and_never_undoes_what_is_newer(
    shop: Shop, proxy: StandIn
) -> None:
    shop.start_canary(percent=25)
    proxy.wrong = "deaf"
    assert "the traffic doesn't follow yet" in str(shop.abort(finish=True).outcome.waiting)
    assert shop.shares() == ("7", None, 0, 3)
    assert shown(proxy)[0] == 2500
    proxy.wrong = ""
    shop.start_canary(percent=10)
    assert shown(proxy) == (1000, {"v7": 90, "v8": 10})
    with shop.site() as site:
        reconcile(site)
    assert shown(proxy) == (1000, {"v7": 90, "v8": 10})
    assert owed(shop) == []


def test_a_proxy_that_was_restarted_is_put_right_by_whoever_watches(shop: Shop, proxy: StandIn) -> None:
    shop.start_canary(percent=25)
    proxy.variables["proc.canary"] = 0
    with shop.site() as site:
        assert status(site).drift == ("the proxy edge shows 0 % instead of 25 %",)
        done = correct_traffic(site, "fraud")
        assert done.corrected == ("proxy edge: fraud has canary 8 25 % (it had 0 % instead of 25 %)",)
        assert correct_traffic(site, "fraud") == type(done)()
        assert shown(proxy)[0] == 2500
        proxy.servers["v8"] = (0, True)
        assert [each[:13] for each in reconcile(site).corrected] == ["proxy colours"]
        proxy.wrong = "denied"
        proxy.variables["proc.canary"] = 100
        assert correct_traffic(site, "fraud").failed == (
            "the proxy edge shows 100 in proc.canary after it was told 2500 (Permission denied)",
        )
        assert verify(site, ()).holds
    assert shop.events().count("traffic-corrected") == 2


def test_a_canary_that_gets_another_share_than_its_proxy_was_told_is_frozen(
    server18: str, templates: Templates, tmp_path: Path
) -> None:
    with templates.copy(server18, "acting", lambda url, folder: with_a_canary(Shop(url, folder))) as (url, folder):
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        shop = Shop(url, tmp_path)
        settings = SETTINGS.partition("[proxies.colours]")[0].format(path=tmp_path / "admin.sock")
        (tmp_path / "schemaguard.toml").write_text(settings)
        with stands_in(tmp_path / "admin.sock", variables={"proc.canary": 1000}):
            # Both versions have answered as often.
            measured(shop)
            shop.ask("update schemaguard.pointer set canary_since = canary_since - interval '5 min'")
            shop.accept()
            acted = watch(shop).acted
        assert {(each.decision.kind, each.state) for each in acted} == {("split", "done")}
        assert shop.shares() == ("7", "8", 10, 2)
        reason = "the canary gets 50 % of the traffic, and was given 10 %"
        assert str(shop.ask("select frozen_reason from schemaguard.pointer")[0][0]).startswith(reason)


def test_an_operator_that_dies_after_the_commit_leaves_the_traffic_to_whoever_resumes(
    shop: Shop, proxy: StandIn
) -> None:
    shop.start_canary(percent=25)
    assert in_a_process_that_may_die(
        lambda: shop.abort(finish=True, watch=lambda step: die() if step is StepName.COMMIT else None)
    )
    assert (shop.shares(), shown(proxy)[0]) == (("7", None, 0, 3), 2500)
    # Whoever watches needn't wait for it.
    with shop.site() as site:
        assert len(correct_traffic(site, "fraud").corrected) == 2
    assert shown(proxy) == (0, {"v7": 100, "v8": 0})
    shop.resume()
    assert (shown(proxy), owed(shop)) == ((0, {"v7": 100, "v8": 0}), [])
    # And wherever else it dies.
    for number in range(20, 70, 24):
        shop.start_canary(percent=25)
        if not in_a_process_that_may_die(lambda n=number: [die_after_intent(n), shop.abort(finish=True)]):  # type: ignore[misc]  # bound now
            assert number > 20, "it was never killed"
            break
        if shop.ask("select 1 from schemaguard.operation where state in ('open', 'waiting')"):
            shop.resume()
        assert shown(proxy)[0] == shop.shares()[2] * 100
        if shop.shares()[1] is not None:
            shop.abort(finish=True)
    with shop.site() as site:
        assert verify(site, ()).holds
