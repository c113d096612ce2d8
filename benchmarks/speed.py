"""Fresh processes, start-up included: schemaguard against `alembic upgrade head --sql` of the same history.

    python benchmarks/speed.py [--revisions 300] [--runs 7] [--history NAME SCRIPT_LOCATION ALEMBIC]…

The generated history has an env.py that imports nothing but Alembic, which is the best case for Alembic. `--history`
names a real one: its script location (the folder of its env.py) and the `alembic` command of an environment in which
its application is installed; MLflow's own is measured where MLflow is installed beside schemaguard.

Every command runs once unmeasured, so that all byte code is compiled, then so often, in turns; shown are medians.
CPU seconds are user and system time together: on a machine that is shared they tell more than the clock. `times` is
Alembic's CPU seconds divided by the row's.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.generated import write_alembic
from benchmarks.table import show

_BIN = Path(sys.executable).parent
_BARE_ENV = """from alembic import context

context.configure(url="postgresql://", literal_binds=True)
with context.begin_transaction():
    context.run_migrations()
"""
_SETTINGS = """[alembic]
script_location = {location}
sqlalchemy.url = postgresql://localhost/none
[loggers]
keys = root
[handlers]
keys = none
[formatters]
keys =
[logger_root]
handlers = none
[handler_none]
class = NullHandler
args = ()
"""
"""Many an env.py wants its settings file to configure logging."""
_COMMIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--all", "--message", "a")


@dataclass(slots=True)
class Command:
    """One command to measure; `before` puts its cache into the state that it is to find."""

    what: str
    words: list[str]
    folder: Path
    cache: Path
    before: Callable[[], None] = lambda: None
    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    failure: str = ""

    def run(self) -> tuple[float, float]:
        """(seconds on the clock, seconds of the processor) of one run; a failure is kept."""
        self.before()
        environ = {**os.environ, "SCHEMAGUARD_CACHE_DIR": str(self.cache)}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        began = time.perf_counter()
        with tempfile.TemporaryFile() as said:
            with subprocess.Popen(
                self.words, cwd=self.folder, env=environ, stdout=subprocess.DEVNULL, stderr=said
            ) as process:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            took = time.perf_counter() - began
            if process.returncode not in (0, 1) or (process.returncode and "alembic" in self.words[0]):
                said.seek(0)
                lines = said.read().decode(errors="replace").strip().splitlines() or [f"exit {process.returncode}"]
                self.failure = lines[-1][:90]
        return took, usage.ru_utime + usage.ru_stime


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--revisions", type=int, default=300)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--history", nargs=3, action="append", default=[], metavar=("NAME", "LOCATION", "ALEMBIC"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        _measured(f"generated, {options.revisions} revisions", _generated(folder, options.revisions), options.runs)
        for name, location, alembic in [*_of_mlflow(), *options.history]:
            (folder / name).mkdir()
            _measured(name, _real(folder / name, Path(location).resolve(), alembic), options.runs)
    return 0


def _measured(name: str, commands: list[Command], runs: int) -> None:
    for command in commands:
        command.run()
    for _ in range(runs):
        for command in commands:
            if not command.failure:
                clock, cpu = command.run()
                command.clock.append(clock)
                command.cpu.append(cpu)
    alembic = commands[0]
    rows = []
    for command in commands:
        if command.failure:
            rows.append((command.what, "-", "-", "fails: " + command.failure))
            continue
        times = f"{median(alembic.cpu) / median(command.cpu):.1f}" if alembic.cpu else "-"
        rows.append((command.what, f"{median(command.clock):.2f}", f"{median(command.cpu):.2f}", times))
    show(f"{name}: median of {runs}", ("command", "seconds", "CPU seconds", "times"), rows)


def _generated(folder: Path, many: int) -> list[Command]:
    project = folder / "generated"
    versions = project / "migrations" / "versions"
    versions.mkdir(parents=True)
    write_alembic(versions, many)
    (project / "migrations" / "env.py").write_text(_BARE_ENV)
    (project / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    for words in (("git", "init", "--quiet"), ("git", "add", "."), _COMMIT):
        subprocess.run(words, cwd=project, check=True)
    new = _file_of(versions, many)
    kept, used = folder / "kept", folder / "used"
    schemaguard = str(_BIN / "schemaguard")
    judging = [schemaguard, "check", "--base", "HEAD"]

    def nothing_new() -> None:
        new.unlink(missing_ok=True)

    def one_new() -> None:
        new.write_text(new_revision(many))
        shutil.rmtree(used, ignore_errors=True)
        shutil.copytree(kept, used)

    fill = Command("", judging, project, kept)
    fill.run()
    rows: list[tuple[str, list[str]]] = [
        ("alembic upgrade head --sql", [str(_BIN / "alembic"), "upgrade", "head", "--sql"]),
        ("sql base:heads, nothing cached", [schemaguard, "sql", "base:heads", "--no-cache"]),
        ("sql base:heads, cached", [schemaguard, "sql", "base:heads"]),
        ("check, nothing cached", [schemaguard, "check", "--no-cache"]),
        ("check --base, nothing new", judging),
    ]
    return [
        *(Command(what, words, project, kept, nothing_new) for what, words in rows),
        Command("check --base, one new", judging, project, used, one_new),
    ]


def _file_of(versions: Path, number: int) -> Path:
    return versions / f"r{number}_step.py"


def new_revision(number: int) -> str:
    """The text of one more revision behind so many of `write_alembic`."""
    return (
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f"revision = 'r{number}'\ndown_revision = 'r{number - 1}'\n\n\n"
        "def upgrade():\n    op.add_column('account_0', sa.Column('note', sa.Text()))\n\n\n"
        "def downgrade():\n    op.drop_column('account_0', 'note')\n"
    )


def _of_mlflow() -> list[tuple[str, str, str]]:
    spec = find_spec("mlflow")
    location = Path(spec.origin).parent / "store" / "db_migrations" if spec and spec.origin else None
    return [("mlflow", str(location), str(_BIN / "alembic"))] if location is not None and location.is_dir() else []


def _real(folder: Path, location: Path, alembic: str) -> list[Command]:
    settings = folder / "alembic.ini"
    settings.write_text(_SETTINGS.format(location=location))
    schemaguard, cache = str(_BIN / "schemaguard"), folder / "cache"
    sql = [schemaguard, "sql", str(location), "base:heads"]
    return [
        Command("alembic upgrade heads --sql", [alembic, "upgrade", "heads", "--sql"], folder, cache),
        Command("sql base:heads, nothing cached", [*sql, "--no-cache"], folder, cache),
        Command("sql base:heads, cached", sql, folder, cache),
        Command("check, cached", [schemaguard, "check", str(location)], folder, cache),
    ]


if __name__ == "__main__":
    sys.exit(main())
