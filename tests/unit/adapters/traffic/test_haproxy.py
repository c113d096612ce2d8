"""What a proxy is told, what is read back, and what is said of one that doesn't follow."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemaguard.adapters.traffic import haproxy
from schemaguard.adapters.traffic.haproxy import differs, show
from schemaguard.adapters.traffic.proxies import ConfiguredProxies
from schemaguard.config import Proxy
from schemaguard.frozen import replace
from schemaguard.releases.ports import Delivery, NoTraffic
from schemaguard.releases.traffic import TrafficError, TrafficShares
from tests.unit.adapters.traffic.stand_in import StandIn, stands_in

CANARY = TrafficShares("7", "8", 5)
ALONE = TrafficShares("7")


@pytest.fixture
def there(tmp_path: Path) -> Iterator[StandIn]:
    servers = {"active": (100, True), "canary": (0, True)}
    with stands_in(tmp_path / "admin.sock", variables={"proc.canary": 0}, servers=servers) as made:
        yield made


def by_variable(there: StandIn) -> Proxy:
    return Proxy("edge", "fraud", str(there.path), variable="proc.canary")


def by_weight(there: StandIn) -> Proxy:
    return Proxy("edge", "fraud", str(there.path), backend="fraud")


def by_version(there: StandIn) -> Proxy:
    return replace(by_weight(there), active="v{version}", canary="v{version}")


def impatient(proxy: Proxy) -> Proxy:
    return replace(proxy, timeout=0.1)


def test_a_variable_counts_hundredths_of_a_percent_and_is_told_once(there: StandIn) -> None:
    proxy = by_variable(there)
    assert differs(proxy, CANARY, {}) == "0 % instead of 5 %"
    assert show(proxy, CANARY, {}) == {"proc.canary": 500, "was": 0}
    assert there.variables == {"proc.canary": 500}
    assert differs(proxy, CANARY, {}) == ""
    there.heard.clear()
    assert show(proxy, CANARY, {}) == {"proc.canary": 500, "was": 500}
    assert there.heard == ["get var proc.canary"]
    assert show(proxy, ALONE, {}) == {"proc.canary": 0, "was": 500}


def test_weights_add_up_to_a_hundred_and_who_gets_more_is_told_first(there: StandIn) -> None:
    proxy = by_weight(there)
    assert differs(proxy, CANARY, {}) == "active 100, canary 0 instead of active 95, canary 5"
    assert show(proxy, CANARY, {})["weights"] == {"active": 95, "canary": 5}
    there.heard.clear()
    assert show(proxy, ALONE, {}) == {"weights": {"active": 100, "canary": 0}, "was": {"active": 95, "canary": 5}}
    assert there.heard[1] == "set weight fraud/active 100; set weight fraud/canary 0"
    assert differs(proxy, ALONE, {}) == ""


def test_with_a_server_a_version_a_switch_is_blue_green_and_other_versions_get_nothing(there: StandIn) -> None:
    there.servers = {"v6": (3, True), "v7": (100, True), "v8": (0, True)}
    proxy = by_version(there)
    assert show(proxy, TrafficShares("8"), {})["weights"] == {"v6": 0, "v7": 0, "v8": 100}
    assert there.heard[1] == "set weight fraud/v8 100; set weight fraud/v6 0; set weight fraud/v7 0"
    assert show(proxy, TrafficShares("8", "7", 25), {})["weights"] == {"v6": 0, "v7": 25, "v8": 75}
    there.servers["v7"] = (25, False)
    with pytest.raises(TrafficError, match="server v7 that is down: the traffic stays where it is"):
        show(proxy, TrafficShares("7"), {})
    assert there.servers["v8"] == (75, True)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("hangs", "hasn't answered within 0.1 s"),
        ("drips", "hasn't answered within 0.1 s"),
        ("endless", r"could not be reached \(ValueError\)"),
        ("garbage", "doesn't say "),
        ("huge", "doesn't say "),
        ("closes", "doesn't say "),
        ("denied", r"\(Permission denied\)"),
        ("deaf", "after it was told "),
        ("gone", r"could not be reached \(FileNotFoundError\)"),
    ],
)
def test_a_proxy_that_doesn_t_follow_is_an_error_that_says_how(there: StandIn, wrong: str, message: str) -> None:
    there.wrong = wrong
    if wrong == "gone":
        there.path.unlink()
    for made in (by_variable(there), by_weight(there)):
        proxy = impatient(made) if wrong in ("hangs", "drips") else made
        with pytest.raises(TrafficError, match=message) as caught:
            show(proxy, CANARY, {})
        assert caught.value.next == "schemaguard reconcile tries it again"
    assert there.variables == {"proc.canary": 0}


def test_what_the_proxy_doesn_t_have_is_never_made(there: StandIn) -> None:
    misspelt = replace(by_variable(there), variable="proc.canari")
    with pytest.raises(TrafficError, match=r"sets it with set-var proc\.canari int\(0\)"):
        show(misspelt, CANARY, {})
    assert "proc.canari" not in there.variables
    with pytest.raises(TrafficError, match="has no server v7 in its backend fraud"):
        show(by_version(there), ALONE, {})
    with pytest.raises(TrafficError, match=r"doesn't say which servers other has \(No such backend"):
        show(replace(by_weight(there), backend="other"), ALONE, {})
    before = list(there.heard)
    for version in ("7; shutdown sessions", "7\nset weight fraud/canary 100", "", "é", "7/8"):
        if version:
            with pytest.raises(TrafficError, match="can't have a server that is called"):
                show(by_version(there), TrafficShares(version), {})
    assert {each for each in there.heard if each not in before} <= {"show servers state fraud"}


def test_a_socket_may_stand_in_the_environment(there: StandIn) -> None:
    proxy = replace(by_variable(there), socket="${EDGE}")
    assert show(proxy, CANARY, {"EDGE": str(there.path)})["proc.canary"] == 500
    with pytest.raises(TrafficError, match="environment variable EDGE, and it isn't set"):
        show(proxy, CANARY, {})
    with pytest.raises(TrafficError, match="could not be reached"):
        show(replace(proxy, socket="127.0.0.1:1"), CANARY, {})


def test_each_proxy_is_told_whatever_becomes_of_the_others(there: StandIn, tmp_path: Path) -> None:
    with stands_in(tmp_path / "other.sock", variables={"proc.canary": 0}, wrong="hangs") as hanging:
        slow = impatient(Proxy("slow", "fraud", str(hanging.path), variable="proc.canary"))
        port = ConfiguredProxies([by_variable(there), slow], {})
        payload = {"active": "7", "canary": "8", "percent": 25}
        names = ("slow", "edge", "unknown")
        told = port.show([Delivery(n, 1, "fraud", 2, payload, f"traffic:{name}") for n, name in enumerate(names)])
    assert there.variables == {"proc.canary": 2500}
    assert {n: str(each).partition("\n")[0] for n, each in told.items()} == {
        0: "the proxy slow hasn't answered within 0.1 s",
        1: "{'proxy': 'edge', 'proc.canary': 2500, 'was': 0}",
        2: "the proxy unknown is not configured here",
    }
    assert list(NoTraffic().show([Delivery(5, 1, "fraud", 2, payload, "traffic:edge")])) == [5]


def test_all_proxies_are_compared_at_once_and_each_says_how_it_differs(there: StandIn, tmp_path: Path) -> None:
    with stands_in(tmp_path / "other.sock", variables={"proc.canary": 500}) as other:
        right = Proxy("right", "fraud", str(other.path), variable="proc.canary")
        gone = Proxy("gone", "fraud", str(tmp_path / "gone.sock"), variable="proc.canary")
        found = ConfiguredProxies([by_variable(there), right, gone], {}).differing(CANARY)
    assert {name: str(each).partition("\n")[0] for name, each in found.items()} == {
        "edge": "0 % instead of 5 %",
        "gone": "the proxy gone could not be reached (FileNotFoundError)",
    }


def test_what_nobody_foresaw_of_one_proxy_is_no_delivery(there: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(*_: object) -> None:
        raise LookupError("odd")

    monkeypatch.setattr(haproxy, "asked", odd)
    delivery = Delivery(1, 1, "fraud", 2, {"active": "7", "canary": "8", "percent": 25}, "traffic:edge")
    (came,) = ConfiguredProxies([by_variable(there)], {}).show([delivery]).values()
    assert isinstance(came, TrafficError)
    assert came.what == "the proxy edge answers something odd (LookupError)"
