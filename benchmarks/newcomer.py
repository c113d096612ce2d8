"""From a project that isn't ours to a green check: the wall time of init, check, fix and check again, as commands.

python -m benchmarks.newcomer
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.projects.test_newcomer import newcomer

_STEPS = (("init", "--yes", "--ci", "github"), ("check",), ("fix", "--write"), ("check",))


def main() -> None:
    """Print the seconds of each command, and of all."""
    with tempfile.TemporaryDirectory() as folder:
        project = newcomer(Path(folder))
        environ = {**os.environ, "SCHEMAGUARD_CACHE_DIR": f"{folder}/.cache"}
        total = 0.0
        for words in _STEPS:
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "schemaguard.cli", *words],
                cwd=project.folder,
                env=environ,
                capture_output=True,
                text=True,
                check=False,
            )
            seconds = time.perf_counter() - start
            total += seconds
            last = next((line for line in done.stdout.splitlines() if line.startswith(("REJECTED", "PASSED"))), "")
            print(
                f"{seconds:6.2f} s  schemaguard {' '.join(words)}  exit {done.returncode}  {last.partition(' · ')[0]}"
            )
        print(f"{total:6.2f} s  in all")


if __name__ == "__main__":
    main()
