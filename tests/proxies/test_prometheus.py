"""A real Prometheus: every request is counted once, and what it can't know freezes and never takes anything back."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemaguard.adapters.sources import prometheus
from schemaguard.frozen import replace
from schemaguard.playbooks.due import due_spans
from schemaguard.playbooks.look import Look, MissingLook
from schemaguard.playbooks.playbook import Measure, MeasurementSource
from tests.postgres.releases.acting import PLAYBOOK, publish, watch, with_a_canary
from tests.postgres.releases.shop import Shop
from tests.proxies.prometheus import PROGRAM, Exporter, RealPrometheus, exporter, real_prometheus
from tests.templates import Templates

pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="Prometheus isn't installed (make proxy)"),
    pytest.mark.skipif("SCHEMAGUARD_PROXY_REQUESTS" not in os.environ, reason="waits for scrapes (make proxy)"),
]
SECOND = timedelta(seconds=1)
MEASURE = Measure(
    "gateway", failed='errors_total{model="fraud"}', total='requests_total{model="fraud"}', version_label="version"
)
BY_PROMETHEUS = (
    PLAYBOOK.replace(
        "sources:\n", 'sources:\n  gateway: {kind: prometheus, url: "${PROMETHEUS_URL}", settle: 2s, every: 2s}\n'
    )
    .replace(
        "measure: {source: scored, where: failed}",
        "measure: {source: gateway, failed: 'errors_total{model=\"fraud\"}', "
        "total: 'requests_total{model=\"fraud\"}', version_label: version}",
    )
    .replace("after: 600", "after: 3")
    .replace("min_requests: 100", "min_requests: 1")
)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Exporter, RealPrometheus]]:
    with exporter() as scraped, real_prometheus(tmp_path_factory.mktemp("prometheus"), scraped) as made:
        yield scraped, made


def looks(
    made: RealPrometheus, since: datetime, until: datetime, measure: Measure = MEASURE, off: timedelta = timedelta()
) -> list[Look | MissingLook]:
    source = MeasurementSource("gateway", "prometheus", url=made.url)
    now = datetime.now(UTC) - off
    return list(prometheus.looks(source, measure, due_spans(since, until, 2 * SECOND), now, {}))


def test_each_request_is_counted_once_across_restarts_and_what_is_not_heard_is_missing(
    there: tuple[Exporter, RealPrometheus],
) -> None:
    scraped, made = there
    scraped.counts = {"7": (0, 1_000), "8": (0, 0)}
    heard_by = time.monotonic() + 60
    while isinstance(looks(made, datetime.now(UTC) - SECOND, datetime.now(UTC))[-1], MissingLook):
        assert time.monotonic() < heard_by
        time.sleep(0.2)
    since = datetime.now(UTC)
    sent: Counter[str] = Counter()
    chance = random.Random(7)
    for step in range(12):
        for version, rate in (("7", 0.01), ("8", 0.1)):
            total = chance.randrange(50)
            failed = sum(chance.random() < rate for _ in range(total))
            scraped.count(version, failed, total)
            sent.update({f"{version} failed": failed, f"{version} total": total})
        time.sleep(0.35)
        if step == 6:
            # Everything has been scraped by now; the process begins anew.
            time.sleep(0.6)
            scraped.restart()
            time.sleep(0.6)
    time.sleep(1.0)
    until = datetime.now(UTC)
    found = looks(made, since, until)
    counted: Counter[str] = Counter()
    for each in found:
        # The first one and the last one are short: nothing may have been scraped in them.
        assert isinstance(each, Look) or each in (found[0], found[-1])
        for version, one in each.versions.items() if isinstance(each, Look) else ():
            counted.update({f"{version} failed": one.failed, f"{version} total": one.total})
    assert {key: many for key, many in counted.items() if many} == {key: many for key, many in sent.items() if many}
    wrong = looks(made, since, until, replace(MEASURE, version_label="release"))
    assert [type(each) for each in wrong] == [MissingLook] * len(found)
    assert "refuses the query" in str(looks(made, since, until, replace(MEASURE, total="sum("))[0])
    assert "clock: the source's is 60 s ahead" in str(looks(made, since, until, off=60 * SECOND)[0])
    scraped.is_down = True
    time.sleep(5)
    silent = looks(made, datetime.now(UTC) - 3 * SECOND, datetime.now(UTC))
    scraped.is_down = False
    assert {each.reason for each in silent if isinstance(each, MissingLook)} == {"no samples"}
    assert isinstance(silent[-1], MissingLook)


@contextmanager
def traffic(scraped: Exporter, failing: list[float]) -> Iterator[None]:
    """Twenty requests a tenth of a second for each version; `failing` is the share of 8's that fail."""
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.wait(0.1):
            scraped.count("7", 0, 20)
            scraped.count("8", round(20 * failing[0]), 20)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def passes(shop: Shop, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        watch(shop)
        time.sleep(0.3)


@pytest.mark.parametrize("trouble", ["killed", "reset", "late", "hanging", "gone"])
def test_a_source_in_trouble_leads_to_no_act_and_a_fault_to_one(
    there: tuple[Exporter, RealPrometheus], server18: str, templates: Templates, tmp_path: Path, trouble: str
) -> None:  # fmt: skip
    scraped, made = there
    scraped.counts, failing = {"7": (0, 0), "8": (0, 0)}, [0.0]
    with templates.copy(server18, "acting", lambda url, folder: with_a_canary(Shop(url, folder))) as (url, _):
        shop = Shop(url, tmp_path, {"PROMETHEUS_URL": made.url})
        shop.abort(finish=True)
        publish(shop, BY_PROMETHEUS)
        with traffic(scraped, failing):
            shop.start_canary()
            passes(shop, 8)
            kept = shop.ask("select count(*) from schemaguard.look where missing is null and trigger = 'error-rate'")
            assert kept > [(0,)]
            match trouble:
                case "killed":
                    scraped.is_down = True
                    passes(shop, 10)
                    scraped.is_down = False
                case "reset":
                    for _ in range(5):
                        scraped.restart()
                        passes(shop, 2)
                case "late":
                    made.send(signal.SIGSTOP)
                    time.sleep(4)
                    made.send(signal.SIGCONT)
                    passes(shop, 8)
                case "hanging":
                    made.send(signal.SIGSTOP)
                    passes(shop, 12)
                    made.send(signal.SIGCONT)
                case _:
                    made.kill()
                    passes(shop, 10)
                    made.start()
            acts = shop.ask("select action, kind from schemaguard.decision where trigger = 'error-rate'")
            assert set(acts) <= {("freeze", "no-data")}
            if trouble in ("killed", "hanging", "gone"):
                assert acts == [("freeze", "no-data")]
            assert shop.shares()[:3] == ("7", "8", 10)
            # And then it fails: what was missing keeps nobody from going back.
            failing[0] = 0.5
            until = time.monotonic() + 90
            while shop.shares()[1] is not None and time.monotonic() < until:
                passes(shop, 1)
            assert shop.shares()[:2] == ("7", None)
