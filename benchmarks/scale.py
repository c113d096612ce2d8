"""A big generated history, read cold: does the time grow with the history and no faster, and does it fit?

    python benchmarks/scale.py [--form sql | alembic] [--revisions 10000]

Half as many tables as revisions. The history is read at a quarter, a half and the whole of its length: twice the
revisions should take twice the time. The aim for 10,000 revisions: below 60 s and 600 MB.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.generated import write_alembic, write_sql
from benchmarks.table import show


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=("sql", "alembic"), default="sql")
    parser.add_argument("--revisions", type=int, default=10_000)
    options = parser.parse_args()
    rows = []
    for many in (options.revisions // 4, options.revisions // 2, options.revisions):
        with tempfile.TemporaryDirectory() as folder:
            write = write_sql if options.form == "sql" else write_alembic
            write(Path(folder), many)
            seconds, cpu, megabytes = _read(Path(folder))
        figures = f"{seconds:.1f}", f"{cpu:.1f}", f"{cpu / many * 1000:.2f}", f"{megabytes:.0f}"
        rows.append((many, many // 2, *figures))
    title = f"`schemaguard catalog` on a generated history ({options.form}), nothing cached, start-up included."
    show(title, ("revisions", "tables", "seconds", "CPU seconds", "CPU ms a revision", "MB"), rows)
    return 0


def _read(folder: Path) -> tuple[float, float, float]:
    """(seconds, of the processor too, megabytes at the most) of reading the history."""
    command = [
        str(Path(sys.executable).with_name("schemaguard")),
        "catalog",
        str(folder),
        "--format",
        "json",
        "--no-cache",
    ]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"schemaguard ended with exit {process.returncode}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
