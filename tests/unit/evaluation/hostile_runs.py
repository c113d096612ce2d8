"""Evaluates hostile revisions, each in a child process of its own with limits, and tells what came of it.

As a script: reads names from stdin and writes one line of JSON for each; `--table` measures all and prints a table.
"""

import gc
import json
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from schemaguard.errors import SchemaguardError

HOSTILE = Path(__file__).with_name("hostile")
NAMES = tuple(sorted(path.stem for path in HOSTILE.glob("*.py")))
ADDRESS_SPACE_BYTES = 1_500_000_000
CPU_SECONDS = 20
WALL_SECONDS = 60
PLACEHOLDERS = {
    "@TEN_MEGABYTES@": lambda: "x" * 10_000_000,
    "@MANY_LINES@": lambda: "op.execute('select 1')\n    " * 400_000,
    "@UNKNOWN_BRANCHES@": lambda: "".join(
        f"if op.get_bind().scalar(sa.text('select {n}')):\n        op.execute('select {n}')\n    " for n in range(2_000)
    ),
    "@DEEP_PARENTHESES@": lambda: "(" * 5_000 + "1" + ")" * 5_000,
    "@DEEP_SUM@": lambda: "1" + " + 1" * 50_000,
    "@DEEP_ATTRIBUTES@": lambda: ".a" * 50_000,
}
SETUP = "create table guarded (id integer, amount integer); create table hidden (id integer);"
WATCHED = (
    "os.", "subprocess.", "socket.", "ctypes.", "pickle.", "marshal.", "shutil.", "urllib.", "signal.", "code.",
    "sqlite3.", "tempfile.", "webbrowser.",
)  # fmt: skip
HARMLESS = frozenset({"os.listdir", "os.scandir", "os.walk", "marshal.loads", "marshal.load"})
"""What importing a module of ours or of a library does."""


def project(folder: Path, name: str) -> tuple[Path, Path]:
    """The project with that one revision on disk, and the file that it would leave."""
    trace = folder / "trace"
    root = folder / "project"
    (root / "migrations" / "versions").mkdir(parents=True)
    (root / "setup.sql").write_text(SETUP)
    env = HOSTILE / "envs" / f"{name}.py"
    _put(env if env.exists() else None, root / "migrations" / "env.py", trace)
    for helper in (HOSTILE / "helpers").glob("*.py"):
        _put(helper, root / helper.name, trace)
        _put(helper, root / "migrations" / helper.name, trace)
    _put(HOSTILE / f"{name}.py", root / "migrations" / "versions" / f"{name}.py", trace)
    return root, trace


def _put(source: Path | None, target: Path, trace: Path) -> None:
    text = source.read_text().replace("@TRACE@", str(trace)) if source is not None else ""
    for placeholder, fill in PLACEHOLDERS.items():
        if placeholder in text:
            text = text.replace(placeholder, fill())
    target.write_text(text)


def load() -> None:
    """Import everything that an evaluation needs, so that what is measured is the evaluation.

    A revision of ours is evaluated for that; then the collector leaves alone what a child would copy to look at it.
    """
    from schemaguard.sql.reading.libpg_query import parser

    parser()
    folder = Path(tempfile.mkdtemp(prefix="hostile"))
    replayed(project(folder, "downgrade_only")[0])
    shutil.rmtree(folder)
    gc.collect()
    gc.freeze()


def replayed(root: Path) -> Any:
    """The one revision of the project, up and down, as `schemaguard check` evaluates it."""
    from schemaguard.commands.histories import find_one, replay_history
    from schemaguard.commands.reading import open_reading
    from schemaguard.config import Config

    reading = replace(open_reading(Config(root=root), root), initial=str(root / "setup.sql"))
    return replay_history(find_one(reading, str(root / "migrations")), reading)


def evaluate(root: Path) -> dict[str, Any]:
    """What came of the one revision, and what it spent."""
    from schemaguard.catalog.changes import DropColumn, DropTable, Opaque
    from schemaguard.evaluation.machine.budget import MOST_STEPS, Budget

    budgets: list[Budget] = []

    class Watched(Budget):
        __slots__ = ()

        def __init__(self, *args: Any, **kw: Any) -> None:
            super().__init__(*args, **kw)
            budgets.append(self)

    for module in list(sys.modules.values()):
        if module.__name__.startswith("schemaguard.evaluation") and vars(module).get("Budget") is Budget:
            module.Budget = Watched  # type: ignore[attr-defined]
    done = replayed(root)

    def told(runs: Any) -> dict[str, Any]:
        changes = [change for run in runs for step in run.steps for change in step.changes]
        return {
            "steps": sum(len(run.steps) for run in runs),
            "opaque": [str(change.reason) for change in changes if isinstance(change, Opaque)][:3],
            "hidden": any(isinstance(change, DropTable) and change.table.name == "hidden" for change in changes),
            "drops": any(isinstance(change, DropColumn) and change.column == "amount" for change in changes),
        }

    return {
        "up": told(done.runs),
        "down": told(done.downgrades),
        "spent": [MOST_STEPS - budget.steps for budget in budgets],
    }


def run(name: str) -> dict[str, Any]:
    """What evaluating the revision came to: `outcome` is missing where it didn't end by itself."""
    folder = Path(tempfile.mkdtemp(prefix="hostile"))
    try:
        root, trace = project(folder, name)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _in_child(root, writing)
        os.close(writing)
        told, is_late = _listen(reading)
        if is_late:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        result: dict[str, Any] = json.loads(told) if told else {}
        return {"name": name, "status": status, "late": is_late, "trace": trace.exists(), **result}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _listen(reading: int) -> tuple[bytes, bool]:
    told, until = b"", time.monotonic() + WALL_SECONDS
    try:
        while (left := until - time.monotonic()) > 0:
            if select.select([reading], [], [], left)[0]:
                piece = os.read(reading, 65536)
                if not piece:
                    return told, False
                told += piece
        return b"", True
    finally:
        os.close(reading)


def _in_child(root: Path, writing: int) -> None:
    """Never returns: the child tells its result and is gone, without anybody's hooks."""
    result: dict[str, Any] = {}
    try:
        os.chdir(root)
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        heard: list[str] = []
        watching = [True]

        def hear(event: str, args: tuple[Any, ...]) -> None:
            if watching[0] and (_is_writing(event, args) or (event.startswith(WATCHED) and event not in HARMLESS)):
                heard.append(f"{event} {args!r}"[:200])

        # The first to import a library after it was installed would write its bytecode, and be heard doing it.
        sys.dont_write_bytecode = True
        before = _kilobytes("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")
        sys.addaudithook(hear)
        began, cpu = time.perf_counter(), time.process_time()
        try:
            result["outcome"] = evaluate(root)
        except SchemaguardError as error:
            result["refused"] = str(error)
        except BaseException as error:
            result["raised"] = f"{type(error).__name__}: {error}"[:500]
        watching[0] = False
        result["seconds"] = time.perf_counter() - began
        result["cpu_seconds"] = time.process_time() - cpu
        result["megabytes"] = (_kilobytes("VmHWM") - before) / 1024
        result["heard"] = heard[:5]
        os.write(writing, json.dumps(result).encode())
    finally:
        os._exit(0 if result else 1)


def _is_writing(event: str, args: tuple[Any, ...]) -> bool:
    if event != "open" or len(args) < 3:
        return False
    mode, flags = args[1] or "", args[2] if isinstance(args[2], int) else 0
    return any(letter in str(mode) for letter in "wax+") or bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _kilobytes(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    return 0


def main() -> None:
    load()
    if "--table" in sys.argv:
        chosen = [name for name in sys.argv[1:] if name in NAMES] or NAMES
        rows = sorted((run(name) for name in chosen), key=lambda row: -row.get("seconds", WALL_SECONDS))
        for row in rows:
            up = row.get("outcome", {}).get("up", {})
            figures = f"{row.get('seconds', -1):7.2f} s {row.get('megabytes', -1):7.1f} MB"
            said = (
                row.get("raised") or row.get("refused") or row.get("heard") or (up.get("opaque") or ["understood"])[0]
            )
            mark = "TRACE " if row["trace"] else ""
            sys.stdout.write(f"{figures}  {row['name']:28} {mark}{str(said)[:110]}\n")
        return
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(line.strip())) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
