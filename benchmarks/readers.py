"""Fifty readers for a minute: how long the server of a large registry lets them wait. `python -m benchmarks.readers`.

The registry is that of benchmarks/web.py, served as `schemaguard serve` does in a process of its own; each reader asks
for a page, waits a second as somebody does who reads, and asks for the next.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

from benchmarks.web import PAGES, build
from tests.registry.stores import free_port

READERS, SECONDS, PAUSE_S = 50, 60.0, 1.0
PATIENCE_S = 300.0


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as named:
        folder, port = build(Path(named)), free_port()
        words = [sys.executable, "-m", "schemaguard.cli", "serve", "--port", str(port)]
        server = subprocess.Popen(words, cwd=folder, env={**os.environ, "HOME": named}, stdout=subprocess.DEVNULL)
        try:
            _wait_until_judged(f"http://127.0.0.1:{port}")
            took, answers = _read(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(30)
    took.sort()
    shares = {f"p{share}": took[min(len(took) - 1, len(took) * share // 100)] for share in (50, 95, 99)}
    print(
        f"{READERS} readers, {SECONDS:g} s, {len(took)} answers, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(
        "  ".join(f"{name} {value * 1000:.0f} ms" for name, value in shares.items()),
        f"  worst {took[-1] * 1000:.0f} ms",
    )
    print(f"mean {statistics.mean(took) * 1000:.0f} ms · answers by status: {dict(answers)}")


def _wait_until_judged(address: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/migrations.md", timeout=PATIENCE_S) as answer:
                if "being judged" not in answer.read().decode():
                    return
        except OSError:
            pass
        time.sleep(1)
    raise SystemExit("the revisions weren't judged in time")


def _read(address: str) -> tuple[list[float], Counter[int]]:
    took: list[float] = []
    answers: Counter[int] = Counter()
    until = time.monotonic() + SECONDS
    pages = [page for page in PAGES if not page.startswith("/api")]

    def reader(number: int) -> None:
        chance = random.Random(number)
        time.sleep(chance.random() * PAUSE_S)
        while time.monotonic() < until:
            start = time.monotonic()
            try:
                with urllib.request.urlopen(address + chance.choice(pages), timeout=30) as answer:
                    answer.read()
                    status = answer.status
            except urllib.error.HTTPError as error:
                status = error.code
            except OSError:
                status = 0
            took.append(time.monotonic() - start)
            answers[status] += 1
            time.sleep(PAUSE_S)

    threads = [threading.Thread(target=reader, args=(number,)) for number in range(READERS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return took, answers


if __name__ == "__main__":
    main()
