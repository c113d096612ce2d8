"""Real histories under plain Alembic, and under the guard with the fence: schema, needed lines, time.

    python benchmarks/guarded_histories.py ORACLES [NAME ...] [--rounds N]

ORACLES holds a `<name>.json` a history: the statements that its revisions sent to a real PostgreSQL. Each revision
becomes a file that sends them through Alembic, in and outside of transactions as they were, so that nothing of the
projects has to be installed. A history is applied to an empty database by plain Alembic, then behind the fence with the
guard. Where a revision is refused, `# schemaguard: loses` is added to it as the refusal says, and counted.
`differs` counts the objects in sight that aren't the same afterwards; what is retired isn't in sight. The time is the
median of the rounds, each in a process of its own, without its start. A history whose oracle ran on PostgreSQL 15 runs
on Debian's, the others on the embedded server.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.table import show
from schemaguard.adapters import control
from schemaguard.adapters.control import fence
from tests.conftest import fresh, running
from tests.postgres.guard.attacks.field import connected, in_sight

_ENV = """\
from alembic import context
from psycopg import ClientCursor
from sqlalchemy import create_engine, pool
{guard}
url = context.config.get_main_option("url").replace("postgresql://", "postgresql+psycopg://", 1)
# Some of them were sent by a driver that writes parameters into the text.
written = {{"cursor_factory": ClientCursor}} if {is_written} else {{}}
with create_engine(url, poolclass=pool.NullPool, connect_args=written).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
_REVISION = """\
from alembic import op

revision = "{revision}"
down_revision = {down!r}


def upgrade():
{lines}


def downgrade():
    pass
"""
_MOST_LINES = 60
_PLACE = re.compile(r"revision (\w[\w.]*): ")
_LOSES = re.compile(r"# schemaguard: loses (\S+) -- why")
_NUMBERED = re.compile(r"\$(\d+)")


@dataclass
class Ran:
    """One run: how long it took, and what it was refused with."""

    seconds: float
    said: str


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracles", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--server", help="the URL of a PostgreSQL 18, instead of an embedded one")
    parser.add_argument("--run", metavar="URL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        return _run_here(options.oracles, options.run)
    names = options.names or ["mlflow", "apache-airflow-core", "prefect", "optuna", "jupyterhub"]
    rows = []
    with ExitStack() as stack:
        servers: dict[str, str] = {"18": options.server} if options.server else {}
        for name in names:
            oracle = json.loads((options.oracles / f"{name}.json").read_text())
            version = oracle["postgres"].partition(".")[0]
            if version not in servers:
                servers[version] = stack.enter_context(_server(version))
            rows.append((name, *_measured(oracle, servers[version], options.rounds)))
    show(
        "Plain Alembic, and the guard with the fence: what is in sight afterwards, and the time.",
        ("history", "server", "revisions", "statements", "lines", "differs", "plain s", "guarded s", "ratio"),
        rows,
    )
    return 0


def _server(version: str) -> Any:
    if version == "15":
        return running("15")
    from schemaguard.adapters.postgres import embedded

    return embedded.running(Path(tempfile.mkdtemp(prefix="sghist")) / "data")


def _measured(oracle: dict[str, Any], server: str, rounds: int) -> tuple[object, ...]:
    with tempfile.TemporaryDirectory() as folder, fresh(server) as plain, fresh(server) as guarded:
        there = Path(folder)
        count = _lay_out(oracle, there)
        times: dict[bool, list[float]] = {False: [], True: []}
        lines = 0
        for number in range(rounds):
            with ExitStack() as stack:
                urls = (plain, guarded) if not number else tuple(stack.enter_context(fresh(server)) for _ in range(2))
                for is_guarded, url in zip((False, True), urls, strict=True):
                    _begin(oracle, url, is_guarded=is_guarded)
                    ran = _run(there, url, is_guarded=is_guarded)
                    while is_guarded and ran.said and lines < _MOST_LINES and _acknowledge(there, ran.said):
                        # Timed is a run that nothing interrupts.
                        lines += 1
                        again = stack.enter_context(fresh(server))
                        _begin(oracle, again, is_guarded=True)
                        ran = _run(there, again, is_guarded=True)
                        if not number:
                            guarded = again
                    if ran.said:
                        return (
                            oracle["postgres"].split()[0],
                            len(oracle["revisions"]),
                            count,
                            lines,
                            f"stopped: {ran.said[:200]}",
                            "",
                            "",
                            "",
                        )
                    times[is_guarded].append(ran.seconds)
                if not number:
                    differs = _differences(in_sight(plain), in_sight(guarded))
        one, other = statistics.median(times[False]), statistics.median(times[True])
        version = oracle["postgres"].split()[0]
        shown = (f"{one:.2f}", f"{other:.2f}", f"{other / one:.2f}")
        return (version, len(oracle["revisions"]), count, lines, differs, *shown)


def _lay_out(oracle: dict[str, Any], folder: Path) -> int:
    (folder / "versions").mkdir()
    is_written = any(isinstance(s.get("params"), dict) for each in oracle["revisions"] for s in each["statements"])
    for name, guard in (("plain", ""), ("guarded", "import schemaguard.guard  # noqa: F401\n")):
        (folder / f"{name}.py").write_text(_ENV.format(guard=guard, is_written=is_written))
    (folder / "script.py.mako").write_text("")
    down: str | None = None
    count = 0
    for number, each in enumerate(oracle["revisions"]):
        lines: list[str] = []
        for statement in each["statements"]:
            count += 1
            if statement.get("autocommit"):
                lines += ["    with op.get_context().autocommit_block():", f"    {_sent(statement)}"]
            else:
                lines.append(_sent(statement))
        # In the order in which they were applied: branches that were merged are one line here.
        text = _REVISION.format(revision=each["revision"], down=down, lines="\n".join(lines) or "    pass")
        (folder / "versions" / f"{number:04}.py").write_text(text)
        down = each["revision"]
    return count


def _sent(statement: dict[str, Any]) -> str:
    parameters = statement.get("params")
    if not parameters:
        return f"    op.get_bind().exec_driver_sql({statement['sql'].replace('%', '%%')!r})"
    if isinstance(parameters, list):
        text = statement["sql"].replace("%", "%%")
        in_order = tuple(parameters[int(number) - 1] for number in _NUMBERED.findall(text))
        return f"    op.get_bind().exec_driver_sql({_NUMBERED.sub('%s', text)!r}, {in_order!r})"
    return f"    op.get_bind().exec_driver_sql({statement['sql']!r}, {parameters!r})"


def _begin(oracle: dict[str, Any], url: str, *, is_guarded: bool) -> None:
    with connected(url) as connection:
        for statement in oracle["initial"]:
            text = statement["sql"] if isinstance(statement, dict) else statement
            connection.execute(text.encode())
        if is_guarded:
            control.install(connection)
            assert fence.raise_fence(connection).is_full


def _run(folder: Path, url: str, *, is_guarded: bool) -> Ran:
    (folder / "env.py").write_text((folder / f"{'guarded' if is_guarded else 'plain'}.py").read_text())
    program = [sys.executable, __file__, str(folder), "--run", url]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    seconds, _, said = done.stdout.strip().partition("\n")
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return Ran(float(seconds), said)


def _run_here(folder: Path, url: str) -> int:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.set_main_option("url", url.replace("%", "%%"))
    import schemaguard.guard  # noqa: F401 - its import isn't what is measured; env.py decides whether it guards

    if "schemaguard" not in (folder / "env.py").read_text():
        from alembic.ddl import impl
        from alembic.ddl.postgresql import PostgresqlImpl

        impl._impls["postgresql"] = PostgresqlImpl
    began = time.perf_counter()
    said = ""
    try:
        command.upgrade(config, "head")
    except Exception as error:
        said = f"{getattr(error, 'at', '')} {error} {getattr(error, 'next', '')}"
    print(f"{time.perf_counter() - began:.3f}\n{said}")
    return 0


def _acknowledge(folder: Path, said: str) -> bool:
    """Add the line that the refusal asks for to the revision that was refused."""
    place, loses = _PLACE.search(said), _LOSES.search(said)
    if place is None or loses is None:
        return False
    for file in (folder / "versions").glob("*.py"):
        text = file.read_text()
        line = f"# schemaguard: loses {loses[1]} -- as in its history\n"
        if f'revision = "{place[1]}"' in text and f'down_revision = "{place[1]}"' not in text and line not in text:
            file.write_text(line + text)
            return True
    return False


def _differences(one: dict[str, list[str]], other: dict[str, list[str]]) -> int:
    return sum(len(set(one[kind]) ^ set(other[kind])) for kind in one)


if __name__ == "__main__":
    raise SystemExit(main())
