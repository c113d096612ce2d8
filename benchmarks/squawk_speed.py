"""The time of `schemaguard check` on about 5,000 statements in numbered files, against squawk's on the same files.

    python benchmarks/squawk_speed.py [--statements 5000] [--oracles FOLDER] [--runs 5]

Fresh processes, start-up included, all rules; they take turns, and shown are medians. The files are generated, two for
a table, or with `--oracles` the statements that real histories have sent, a folder a history. squawk reads each file by
itself; schemaguard folds all of them into the catalog that the next one meets.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.generated import write_sql
from benchmarks.squawk import written
from benchmarks.table import show

_BIN = Path(sys.executable).parent
_A_FILE = 2.5
"""Statements in a generated file, on the average."""


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statements", type=int, default=5000)
    parser.add_argument("--oracles", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        folders = _of_oracles(root, options.oracles) if options.oracles else _generated(root, options.statements)
        environ = {**os.environ, "SCHEMAGUARD_CACHE_DIR": str(root / "cache")}
        # A user has byte code.
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        squawk = shutil.which("squawk", path=str(_BIN)) or "squawk"
        schemaguard = str(_BIN / "schemaguard")
        commands = {
            "squawk": lambda f: [squawk, "--reporter", "json", *sorted(str(file) for file in f.glob("*.sql"))],
            "check, cold": lambda f: [schemaguard, "check", str(f), "--no-cache"],
            "check, nothing new": lambda f: [schemaguard, "check", str(f)],
        }
        for words in commands.values():
            _run([words(folder) for folder in folders], environ)
        clocks: dict[str, list[tuple[float, float]]] = {what: [] for what in commands}
        for _ in range(options.runs):
            for what, words in commands.items():
                clocks[what].append(_run([words(folder) for folder in folders], environ))
        of_squawk = [median(one) for one in zip(*clocks["squawk"], strict=True)]
        rows = []
        for what, taken in clocks.items():
            wall, cpu = (median(one) for one in zip(*taken, strict=True))
            rows.append((what, f"{wall:.2f}", f"{cpu:.2f}", f"{wall / of_squawk[0]:.1f}", f"{cpu / of_squawk[1]:.1f}"))
        files = sum(1 for folder in folders for _ in folder.glob("*.sql"))
        header = ("command", "seconds", "CPU seconds", "wall, times", "CPU, times")
        show(f"{files} files in {len(folders)} folders: median of {options.runs}", header, rows)


def _generated(root: Path, statements: int) -> list[Path]:
    folder = root / "migrations"
    folder.mkdir()
    write_sql(folder, int(statements / _A_FILE))
    return [folder]


def _of_oracles(root: Path, oracles: Path) -> list[Path]:
    folders = []
    for file in sorted(oracles.glob("*.json")):
        folder = root / file.stem
        folder.mkdir()
        written(json.loads(file.read_text(encoding="utf-8")), folder)
        folders.append(folder)
    return folders


def _run(commands: list[list[str]], environ: dict[str, str]) -> tuple[float, float]:
    """(seconds on the clock, seconds of the processor) of the commands, one after the other."""
    wall = cpu = 0.0
    for words in commands:
        began = time.perf_counter()
        with subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall += time.perf_counter() - began
        cpu += usage.ru_utime + usage.ru_stime
        if process.returncode not in (0, 1):
            raise SystemExit(f"{words[0]} ended with exit {process.returncode}")
    return wall, cpu


if __name__ == "__main__":
    main()
