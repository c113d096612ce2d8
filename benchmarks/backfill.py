"""A backfill unbroken, killed again and again, and two of them at once: every row once, and at what rate.

    python benchmarks/backfill.py [--rows 5000000] [--kills 20]

On the embedded PostgreSQL; each row's number is raised by one, so a row that is done twice or not at all shows. The
rate of the killed one is over the time that its processes ran, their start-up taken off by what an idle start takes.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import psycopg

from benchmarks.table import show
from schemaguard.adapters.postgres import embedded

_SCHEMAGUARD = str(Path(sys.executable).parent / "schemaguard")
_BASE = "create table filled (id bigint primary key, note text, n int not null default 0);\n"
_WORDS = [_SCHEMAGUARD, "backfill", "2_fill", "--rest", "0"]


def _fresh(url: str, rows: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.transaction():
            # Only here, for a table of ours: its rows are made anew.
            connection.execute("set local schemaguard.permit = 'benchmark'")
            connection.execute("drop table if exists filled")
        connection.execute(_BASE.encode())
        connection.execute("insert into filled select i, repeat('x', 40) from generate_series(1, %s) i", (rows,))
        connection.execute("vacuum (analyze) filled")
        connection.execute("delete from schemaguard.backfill")


def _wrong(url: str, rows: int) -> int:
    """How many rows were done twice or not at all."""
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) filter (where n = 1), count(*) from filled").fetchone()
    assert row is not None
    return max(rows, int(row[1])) - int(row[0])


def _run(kill_after: float | None = None) -> tuple[float, bool]:
    """(seconds that it ran, whether it came to its end)."""
    began = time.perf_counter()
    going = subprocess.Popen(_WORDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said, _ = going.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        going.send_signal(signal.SIGKILL)
        going.communicate()
        return time.perf_counter() - began, False
    if going.returncode:
        raise SystemExit(said)
    return time.perf_counter() - began, True


def _killed(length: float, kills: int) -> tuple[float, int, int]:
    """(seconds that the processes ran, how many there were, how many of them were killed)."""
    dice, spent, runs, killed = random.Random(7), 0.0, 0, 0
    while True:
        # Each gets its share of the whole, and what its start takes.
        share = length / kills * dice.uniform(0.5, 1.0)
        took, is_over = _run(share + _START_S if killed < kills else None)
        spent, runs, killed = spent + took, runs + 1, killed + (not is_over)
        if is_over:
            return spent, runs, killed


_START_S = 1.5


def _both() -> float:
    began = time.perf_counter()
    going = [subprocess.Popen(_WORDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    for each in going:
        said, _ = each.communicate()
        if each.returncode:
            raise SystemExit(said)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sgb") as name:
        folder = Path(name)
        with embedded.running(folder / "data") as url:
            os.chdir(folder)
            os.environ["SCHEMAGUARD_DATABASE_URL"] = url
            (folder / "schemaguard.toml").write_text('migrations = "migrations"\n')
            (folder / "migrations").mkdir()
            (folder / "migrations/1_base.sql").write_text(_BASE)
            (folder / "migrations/2_fill.sql").write_text("update filled set n = n + 1;\n")
            subprocess.run([_SCHEMAGUARD, "install"], check=True, capture_output=True)
            _fresh(url, options.rows)
            unbroken, _ = _run()
            idle, _ = _run()
            rows = [("unbroken", 1, 0, *_told(unbroken - idle, options.rows, 1.0), _wrong(url, options.rows))]
            rate = options.rows / (unbroken - idle)
            _fresh(url, options.rows)
            spent, runs, killed = _killed(unbroken, options.kills)
            busy = spent - runs * idle
            share = options.rows / busy / rate
            rows.append(("killed", runs, killed, *_told(busy, options.rows, share), _wrong(url, options.rows)))
            _fresh(url, options.rows)
            both = _both() - idle
            share = options.rows / both / rate
            rows.append(("two at once", 2, 0, *_told(both, options.rows, share), _wrong(url, options.rows)))
    title = f"{options.rows:,} rows, batches of 200 ms without rest"
    show(title, ("", "processes", "killed", "s", "rows/s", "of unbroken", "rows wrong"), rows)


def _told(seconds: float, rows: int, share: float) -> tuple[str, str, str]:
    return f"{seconds:.1f}", f"{rows / seconds:,.0f}", f"{share:.2f}"


if __name__ == "__main__":
    main()
