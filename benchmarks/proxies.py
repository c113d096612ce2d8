"""A real HAProxy under load: the split at each share, requests while shares change, and how fast an abort is.

    python -m benchmarks.proxies [--requests 20000] [--changing 100000] [--aborts 50]

`make proxy` installs HAProxy. An abort is a whole operation on a PostgreSQL that is thrown away, with a registry that
is down; what is counted is the time until the last request that still reached the canary was sent.
"""

import argparse
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.table import show as show_table
from schemaguard.adapters.postgres.embedded import running
from schemaguard.adapters.traffic.haproxy import show
from schemaguard.errors import RegistryError
from schemaguard.releases.release import StepName
from schemaguard.releases.traffic import TrafficShares
from tests.postgres.releases.shop import Shop, before_a_canary
from tests.proxies.haproxy import SETTINGS, RealProxy, failed, load, real_proxy, sigmas

_FRONTS = ("sticky", "weighted")
_CHANGES_A_SECOND = 5


def split(proxy: RealProxy, requests: int) -> None:
    """The share that the canary has, and how many standard deviations that is away."""
    rows = []
    for percent in (1, 5, 25, 100):
        cells: list[Any] = []
        for front in _FRONTS:
            show(getattr(proxy, front), TrafficShares("7", "8", percent), {})
            log = load(proxy.folder, front, requests)
            own = sum(each.by == "canary" for each in log) / len(log)
            cells.append(f"{own * 100:.2f} %, {sigmas(log, percent):.1f} σ, {failed(log)} failed")
        rows.append((f"{percent} %", *cells))
    show_table(f"What a canary gets of {requests:,} requests", ("share", *_FRONTS), rows)


def changing(proxy: RealProxy, requests: int) -> None:
    """Requests that fail while shares change five times a second."""
    rows = []
    for front in _FRONTS:
        is_over, changes = threading.Event(), 0

        def change(front: str = front, is_over: threading.Event = is_over) -> None:
            nonlocal changes
            while not is_over.wait(1 / _CHANGES_A_SECOND):
                show(getattr(proxy, front), TrafficShares("7", "8", (1, 25, 5, 99, 0)[changes % 5]), {})
                changes += 1

        at_work = threading.Thread(target=change)
        at_work.start()
        log = load(proxy.folder, front, requests)
        is_over.set()
        at_work.join()
        rows.append((front, f"{len(log):,}", changes, failed(log)))
    show_table("While shares change", ("by", "requests", "changes", "failed"), rows)


def aborts(proxy: RealProxy, many: int) -> None:
    """How long after an abort a request still reaches the canary."""
    calls: dict[str, list[tuple[float, float, float]]] = {front: [] for front in _FRONTS}
    lost = asked = 0
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data") as url:
        shop = Shop(url, Path(folder))
        before_a_canary(shop)
        (shop.folder / "schemaguard.toml").write_text(SETTINGS.format(folder=proxy.folder))
        for _ in range(many):
            for front in _FRONTS:
                shop.registry.error = None
                shop.start_canary(percent=25)
                shop.registry.error = RegistryError("the registry is down", at="here")
                times: list[float] = []

                def abort(times: list[float] = times) -> None:
                    times.append(time.monotonic())
                    shop.abort(finish=True, watch=lambda step: _at(step, times))

                log = load(proxy.folder, front, 300, abort, pause_s=0.1)
                lost, asked = lost + failed(log), asked + len(log)
                last = max(each.at for each in log if each.by == "canary")
                began, committed, projected = times
                calls[front].append((last - began, last - committed, projected - committed))
    rows = [
        (front, *(f"{_share(found, n, 0.5):.1f} / {_share(found, n, 0.99):.1f}" for n in range(3)))
        for front, found in calls.items()
    ]
    show_table(
        f"{many} aborts under load each, {lost} of {asked:,} requests failed: median / p99 in ms",
        ("by", "abort asked for → last request to the canary", "commit → last request", "commit → the proxy shows it"),
        rows,
    )


def _at(step: StepName, times: list[float]) -> None:
    if step in (StepName.COMMIT, StepName.PROJECT):
        times.append(time.monotonic())


def _share(found: list[tuple[float, float, float]], which: int, share: float) -> float:
    ordered = sorted(each[which] for each in found)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--changing", type=int, default=100_000)
    parser.add_argument("--aborts", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sg") as folder, real_proxy(Path(folder)) as proxy:
        split(proxy, options.requests)
        changing(proxy, options.changing)
        aborts(proxy, options.aborts)


if __name__ == "__main__":
    main()
