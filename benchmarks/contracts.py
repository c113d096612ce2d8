"""Many contracts held against a long history: how long does `schemaguard check` take, start-up included?

    python benchmarks/contracts.py [--contracts 1000] [--revisions 300]

Every contract reads three tables and writes one; the last revision drops a column that a fiftieth of them read. The aim
for 1,000 contracts and 300 revisions: below 5 s. `cold`: nothing is cached; `warm`: evaluations as an earlier run left
them; `base`: as warm, and only the last revision is judged, as in a pull request.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.scale import write_alembic
from benchmarks.table import show

TIMES = 3
_CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: urn:schemaguard:model:{model}:{version}
name: {model}@{version}
version: 1.0.0
status: active
team: {{name: team-{model}}}
customProperties:
  - {{property: modelName, value: {model}, vendor: schemaguard}}
  - {{property: modelVersion, value: "{version}", vendor: schemaguard}}
schema:
{tables}"""
_TABLE = """\
  - name: account_{table}
    physicalName: account_{table}
    physicalType: table
    customProperties:
      - {{property: access, value: {access}, vendor: schemaguard}}
    properties:
      - {{name: id, logicalType: integer, physicalType: bigint, required: true, unique: true}}
      - {{name: name, logicalType: string, physicalType: "character varying(100)", required: true}}
      - {{name: amount, logicalType: number, physicalType: "numeric(12,2)", logicalTypeOptions: {{minimum: 0}}}}
      - {{name: created, logicalType: timestamp, physicalType: timestamp with time zone}}
      - {{name: status, logicalType: string, physicalType: "character varying(20)", required: true}}
"""
_LAST = """\
from alembic import op

revision = 'last'
down_revision = 'r{before}'


def upgrade():
    op.drop_column('account_0', 'created')


def downgrade():
    pass
"""


@dataclass(frozen=True, slots=True)
class _Run:
    seconds: float
    processor_seconds: float
    megabytes: float
    findings: int
    readers: int


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contracts", type=int, default=1000)
    parser.add_argument("--revisions", type=int, default=300)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _lay(folder, options.contracts, options.revisions)
        _check(folder)
        for title, arguments in (("cold", ["--no-cache"]), ("warm", []), ("base", ["--base", "HEAD~1"])):
            runs = sorted((_check(folder, *arguments) for _ in range(TIMES)), key=lambda run: run.seconds)
            middle = runs[TIMES // 2]
            rows.append(
                (
                    title,
                    f"{middle.seconds:.2f}",
                    f"{middle.processor_seconds:.2f}",
                    f"{middle.megabytes:.0f}",
                    middle.findings,
                    middle.readers,
                ),
            )
    title = (
        f"`schemaguard check`: {options.contracts} contracts, {options.revisions} revisions; median of {TIMES} runs."
    )
    show(title, ("run", "seconds", "of a processor", "MB", "findings", "readers"), rows)
    return 0


def _lay(folder: Path, contracts: int, revisions: int) -> None:
    versions = folder / "migrations"
    versions.mkdir()
    tables = (revisions - 1) // 2
    write_alembic(versions, revisions - 1)
    for number in range(contracts):
        model, version = f"model-{number // 5}", number % 5 + 1
        read = (0 if number % 50 == 0 else 1 + number % (tables - 1), 1 + (number * 7) % (tables - 1))
        third = 1 + (number * 13) % (tables - 1)
        used = [(table, "read") for table in dict.fromkeys((*read, third))] + [
            (1 + (number * 3) % (tables - 1), "write")
        ]
        text = "".join(_TABLE.format(table=table, access=access) for table, access in used)
        file = folder / "contracts" / model / f"{version}.odcs.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_CONTRACT.format(model=model, version=version, tables=text))
    _git(folder, "init", "-q")
    _commit(folder)
    (versions / "last.py").write_text(_LAST.format(before=revisions - 2))
    _commit(folder)


def _commit(folder: Path) -> None:
    _git(folder, "add", ".")
    _git(folder, "-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost", "commit", "-qm", "step")


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def _check(folder: Path, *arguments: str) -> _Run:
    program = str(Path(sys.executable).with_name("schemaguard"))
    command = [program, "check", "migrations", "--contracts", "contracts", "--format", "json", *arguments]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    began = time.perf_counter()
    with (
        (folder / "out.json").open("w") as out,
        subprocess.Popen(command, stdout=out, cwd=folder, env=environment) as run,
    ):
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if run.returncode > 1:
        raise SystemExit(f"schemaguard ended with exit {run.returncode}")
    findings = json.loads((folder / "out.json").read_text())["findings"]
    return _Run(
        seconds,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        len(findings),
        sum(len(each["readers"]) for each in findings),
    )


if __name__ == "__main__":
    raise SystemExit(main())
