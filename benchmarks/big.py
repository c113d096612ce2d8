"""How long a large Parquet file takes to verify, with DuckDB and with a Spark in this process, and in how much memory.

    PYTHONPATH=.spark python benchmarks/big.py [--rows 10000000 100000000]       # after `make spark`; Java 17

The seven checks of benchmarks/verify.py, one of them on duplicates. Each engine counts in a process of its own, once:
the whole of `contracts verify` without the start of the program, but with the start of Spark, which is told alone, too.
The memory is the peak of the process, and of the JVM that Spark starts. Without pyspark that row says so.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.table import show
from benchmarks.verify import DUCKDB_ROWS, TABLE, _ours
from schemaguard.adapters.files.table_data import DuckFile
from schemaguard.adapters.spark.address import SparkPath
from schemaguard.adapters.spark.table_data import SparkData

_LONGEST_S = 3600


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000_000, 100_000_000])
    parser.add_argument("--one", nargs=2, metavar=("ENGINE", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _one(options.one[0], Path(options.one[1]))
        return 0
    for rows in options.rows:
        _measure(rows)
    return 0


def _measure(rows: int) -> None:
    import duckdb

    with tempfile.TemporaryDirectory(prefix="sgb") as folder:
        file = Path(folder) / f"{TABLE}.parquet"
        with duckdb.connect() as connection:
            connection.execute(DUCKDB_ROWS.format(rows=rows, file=file))
        size = file.stat().st_size // 2**20
        found = [(engine, *_told(engine, file)) for engine in ("DuckDB", "Spark")]
    title = f"Parquet of {rows:,} rows ({size} MB), 7 checks, once (load {os.getloadavg()[0]:.1f})"
    show(title, ("", "s", "of them start", "peak MB"), found)


def _told(engine: str, file: Path) -> tuple[str, str, str]:
    """Seconds, seconds to start, and megabytes, as a process of its own tells them."""
    program = [sys.executable, __file__, "--one", engine, str(file)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip().rpartition("\n")[2][:60] or "failed", "", ""
    seconds, start, peak = done.stdout.split()
    return f"{float(seconds):,.1f}", f"{float(start):,.1f}", f"{int(peak):,}"


def _one(engine: str, file: Path) -> None:
    began, start = time.perf_counter(), 0.0
    if engine == "Spark":
        # Whoever finds a session running uses it: so its start is told alone, and the JVM is there to be looked at.
        from pyspark.sql import SparkSession

        session = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false").getOrCreate()
        start = time.perf_counter() - began
        _ours(SparkData(SparkPath(str(file), "parquet"), _LONGEST_S))
        seconds, peak = time.perf_counter() - began, _peak_mb("self") + sum(map(_peak_mb, _children()))
        session.stop()
    else:
        _ours(DuckFile(file, _LONGEST_S))
        seconds, peak = time.perf_counter() - began, _peak_mb("self")
    print(seconds, start, peak)


def _children() -> list[str]:
    """The processes that this one has started, and theirs."""
    found = [str(os.getpid())]
    for each in found:
        for task in Path(f"/proc/{each}/task").iterdir():
            found += (task / "children").read_text(encoding="ascii").split()
    return found[1:]


def _peak_mb(process: str) -> int:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


if __name__ == "__main__":
    sys.exit(main())
