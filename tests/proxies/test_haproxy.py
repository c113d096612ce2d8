"""A real HAProxy gives each version the share that the pointer says, whatever becomes of it or of the operator."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemaguard.adapters.traffic.haproxy import differs, show
from schemaguard.commands.proxies import correct_traffic
from schemaguard.commands.reconcile import reconcile
from schemaguard.errors import RegistryError
from schemaguard.frozen import replace
from schemaguard.releases.release import StepName
from schemaguard.releases.traffic import TrafficError, TrafficShares
from tests.killing import die, in_a_process_that_may_die
from tests.postgres.releases.shop import Shop, before_a_canary
from tests.proxies.haproxy import PROGRAM, SETTINGS, RealProxy, failed, load, real_proxy, sigmas
from tests.templates import Templates

REQUESTS = int(os.environ.get("SCHEMAGUARD_PROXY_REQUESTS", "600"))
"""Of each load; `make proxy` makes it more."""
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="HAProxy isn't installed (make proxy)")


@pytest.fixture(scope="module")
def proxy() -> Iterator[RealProxy]:
    # The path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="sg") as folder, real_proxy(Path(folder)) as made:
        yield made


@pytest.fixture
def shop(server18: str, templates: Templates, proxy: RealProxy, tmp_path: Path) -> Iterator[Shop]:
    with templates.copy(server18, "canary", lambda url, folder: before_a_canary(Shop(url, folder))) as (url, folder):
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        (tmp_path / "schemaguard.toml").write_text(SETTINGS.format(folder=proxy.folder))
        yield Shop(url, tmp_path)


@pytest.mark.parametrize("front", ["sticky", "weighted"])
def test_the_split_is_within_three_sigmas_at_each_share_and_nobody_goes_back_and_forth(
    proxy: RealProxy, front: str
) -> None:
    before: set[str] = set()
    for percent in (0, 1, 5, 25, 99):
        show(getattr(proxy, front), TrafficShares("7", "8", percent) if percent else TrafficShares("7"), {})
        log = load(proxy.folder, front, REQUESTS)
        assert failed(log) == 0
        assert sigmas(log, percent) < 3
        if front == "sticky":
            # The clients of a smaller share are among those of a larger one.
            gone = {each.client for each in log if each.by == "active"}
            assert not before & gone
            before = {each.client for each in log if each.by == "canary"}


def test_no_request_fails_while_shares_change_and_none_reaches_a_canary_that_is_aborted(
    shop: Shop, proxy: RealProxy
) -> None:
    for front in ("sticky", "weighted"):
        shown: list[int] = []

        def change(front: str = front, shown: list[int] = shown) -> None:
            for percent in (1, 25, 5, 99, 0) * 2:
                show(getattr(proxy, front), TrafficShares("7", "8", percent), {})
                shown.append(percent)

        log = load(proxy.folder, front, REQUESTS, change)
        assert (failed(log), len(shown)) == (0, 10)
    shop.start_canary(percent=25)
    committed = threading.Event()
    log = load(
        proxy.folder, "sticky", REQUESTS,
        lambda: (shop.abort(finish=True), committed.set()), pause_s=0.05,
    )  # fmt: skip
    assert committed.is_set()
    after = load(proxy.folder, "sticky", REQUESTS)
    assert {each.by for each in log} == {"active", "canary"}
    assert {each.by for each in after} == {"active"}


def test_a_proxy_that_is_killed_hangs_or_restarts_never_keeps_the_pointer_and_shows_it_again_afterwards(
    shop: Shop, proxy: RealProxy
) -> None:
    shop.start_canary(percent=25)
    proxy.pause()
    try:
        waiting = shop.abort(finish=True).outcome.waiting
    finally:
        proxy.wake()
    assert "hasn't answered within 1 s" in str(waiting)
    assert shop.shares() == ("7", None, 0, 3)
    shop.resume()
    assert differs(proxy.sticky, TrafficShares("7"), {}) == ""
    shop.start_canary(percent=5)
    proxy.kill()
    shop.registry.error = RegistryError("the registry is down", at="here")
    assert "could not be reached" in str(shop.abort(finish=True).outcome.waiting)
    proxy.start()
    with shop.site() as site:
        reconcile(site)
        assert differs(proxy.weighted, TrafficShares("7"), {}) == ""
        # It has forgotten what it was told: nobody goes to the canary, until somebody watches.
        shop.registry.error = None
        shop.start_canary(percent=25)
        proxy.kill()
        proxy.start()
        assert {each.by for each in load(proxy.folder, "sticky", 50)} == {"active"}
        assert len(correct_traffic(site, "fraud").corrected) == 2
    assert differs(proxy.sticky, TrafficShares("7", "8", 25), {}) == ""
    # An operator that dies between commit and delivery.
    assert in_a_process_that_may_die(
        lambda: shop.abort(finish=True, watch=lambda step: die() if step is StepName.COMMIT else None)
    )
    assert differs(proxy.sticky, TrafficShares("7", "8", 25), {}) == ""
    shop.resume()
    assert differs(proxy.sticky, TrafficShares("7"), {}) == ""


def test_what_this_proxy_doesn_t_have_is_said_and_never_made(proxy: RealProxy) -> None:
    with pytest.raises(TrafficError, match=r"has no number in proc\.canari"):
        show(replace(proxy.sticky, variable="proc.canari"), TrafficShares("7", "8", 1), {})
    with pytest.raises(TrafficError, match=r"has no server v7 in its backend fraud"):
        show(replace(proxy.weighted, active="v{version}", canary="v{version}"), TrafficShares("7"), {})
    with pytest.raises(TrafficError, match=r"doesn't say which servers other has \(Can't find backend"):
        show(replace(proxy.weighted, backend="other"), TrafficShares("7"), {})
