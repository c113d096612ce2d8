"""How long `rollback --yes` takes by the clock on the wall, from the key to the switch and to the end.

    python benchmarks/night.py [--runs 7] [--servers 20]

On the embedded PostgreSQL with a sqlite registry, with one that answers over HTTP, with one that is dead and with one
that takes connections and never answers. `committed` and `done` are seconds from the start of the process; `heard` is
milliseconds from the switch to the last of so many model servers that follow the pointer.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Self

sys.path.insert(0, str(Path(__file__).parent.parent))

import psycopg

from benchmarks.start import _prepare, _serve
from benchmarks.table import show
from schemaguard.adapters.postgres import embedded
from schemaguard.serving import Follower

_SCHEMAGUARD = str(Path(sys.executable).parent / "schemaguard")
_PATIENCE_S = 60.0


class _Servers:
    """Model servers that note when they have heard of an epoch."""

    def __init__(self, url: str, model: str, count: int) -> None:
        self.heard: dict[int, list[float]] = {}
        self._lock = threading.Lock()
        self._is_over = False
        self._followers = [Follower(url, model, f"scorer-{number}") for number in range(count)]
        self._threads = [threading.Thread(target=self._follow, args=(each,), daemon=True) for each in self._followers]
        for each in self._threads:
            each.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        for each in self._threads:
            each.join()

    def _follow(self, follower: Follower) -> None:
        with follower:
            epoch = self._hear(follower)
            while not self._is_over:
                if follower.changed(0.2):
                    epoch = self._hear(follower)
                follower.acknowledge(epoch, 60.0)

    def _hear(self, follower: Follower) -> int:
        epoch = follower.current().epoch
        with self._lock:
            self.heard.setdefault(epoch, []).append(time.time())
        return epoch

    def last_of(self, epoch: int) -> float:
        until = time.time() + _PATIENCE_S
        while time.time() < until:
            with self._lock:
                moments = self.heard.get(epoch, [])
                if len(moments) == len(self._followers):
                    return max(moments)
            time.sleep(0.001)
        raise SystemExit(f"not every server has heard of epoch {epoch}")


@contextmanager
def _silent() -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def _pointer(connection: psycopg.Connection[tuple[int, str]], model: str) -> tuple[int, str]:
    row = connection.execute("select epoch, active from schemaguard.pointer where model = %s", (model,)).fetchone()
    assert row is not None
    return row


def _epoch(connection: psycopg.Connection[tuple[int, str]], model: str) -> int:
    return _pointer(connection, model)[0]


def _back(url: str, model: str, environment: dict[str, str]) -> tuple[float, float, int, float]:
    """(seconds to the switch, seconds to the end, the new epoch, when the switch was seen)."""
    with psycopg.connect(url, autocommit=True) as connection:
        before, active = _pointer(connection, model)
        other = {"1": "2", "2": "1"}[active]
        began = time.time()
        words = [_SCHEMAGUARD, "rollback", model, "--to", other, "--reason", "benchmark", "--yes"]
        going = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        seen = None
        while going.poll() is None:
            if seen is None and _epoch(connection, model) > before:
                seen = time.time()
            time.sleep(0.001)
        ended = time.time()
        epoch = _epoch(connection, model)
        if seen is None or epoch != before + 1:
            assert going.stdout is not None
            raise SystemExit(f"{model} was not taken back: {going.stdout.read()}")
    return seen - began, ended - began, epoch, seen


def _measured(url: str, model: str, environment: dict[str, str], options: argparse.Namespace) -> tuple[str, ...]:
    switched, done, heard = [], [], []
    with _Servers(url, model, options.servers) as servers, psycopg.connect(url, autocommit=True) as connection:
        servers.last_of(_epoch(connection, model))
        for _ in range(options.runs):
            to_switch, to_end, epoch, seen = _back(url, model, environment)
            switched.append(to_switch)
            done.append(to_end)
            heard.append(max(0.0, servers.last_of(epoch) - seen) * 1000)
            # What a dead registry has left open is finished with the one that is there.
            subprocess.run([_SCHEMAGUARD, "reconcile"], check=False, capture_output=True, timeout=_PATIENCE_S)
    worst = max(heard) if len(heard) < 2 else quantiles(heard, n=100)[-1]
    return (f"{median(switched):.2f}", f"{median(done):.2f}", f"{median(heard):.1f}", f"{worst:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--servers", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sgb") as name, _silent() as silent:
        folder = Path(name)
        with embedded.running(folder / "data") as url:
            registry = f"sqlite:///{folder}/mlflow.db"
            os.chdir(folder)
            os.environ |= {"SCHEMAGUARD_DATABASE_URL": url, "SCHEMAGUARD_REGISTRY_URI": registry}
            _prepare(folder, url, registry, 4)
            _serve(4)
            registries = {
                "sqlite": registry,
                "dead": "http://127.0.0.1:9",
                "never answers": silent,
            }
            rows = [
                (what, *_measured(url, f"model_{at}", os.environ | {"SCHEMAGUARD_REGISTRY_URI": uri}, options))
                for at, (what, uri) in enumerate(registries.items())
            ]
    title = f"rollback --yes, medians of {options.runs} runs, {options.servers} model servers"
    show(title, ("registry", "committed s", "done s", "heard p50 ms", "heard p99 ms"), rows)


if __name__ == "__main__":
    main()
