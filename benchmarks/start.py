"""How soon the verbs answer that are typed at night: fresh processes, start-up included.

    python benchmarks/start.py [--models 10] [--runs 7]

On the embedded PostgreSQL with a control schema and a sqlite registry of so many models, each serving its version 2.
CPU seconds are user and system time together, medians; `times` is against `python -c pass` of the same run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

import psycopg

from benchmarks.table import show
from schemaguard.adapters.postgres import embedded

_BIN = Path(sys.executable).parent
_CONTRACT = """apiVersion: v3.2.0
kind: DataContract
id: urn:schemaguard:model:{model}:{version}
name: {model}@{version}
version: {version}.0.0
status: active
customProperties:
  - {{property: modelName, value: {model}, vendor: schemaguard}}
  - {{property: modelVersion, value: "{version}", vendor: schemaguard}}
schema:
  - name: features
    physicalName: features
    physicalType: table
    customProperties:
      - {{property: access, value: read, vendor: schemaguard}}
    properties:
      - {{name: id, logicalType: integer, physicalType: bigint, required: true}}
      - {{name: amount, logicalType: number, physicalType: "numeric(12,2)", required: true}}
"""


def _prepare(folder: Path, url: str, registry: str, models: int) -> None:
    from mlflow import MlflowClient

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table features (id bigint primary key, amount numeric(12,2) not null)")
        connection.execute("create table alembic_version (version_num text primary key)")
        connection.execute("insert into alembic_version values ('0001')")
    client = MlflowClient(tracking_uri=registry, registry_uri=registry)
    for number in range(models):
        model = f"model_{number}"
        client.create_registered_model(model)
        for version in ("1", "2"):
            artifact = folder / "artifacts" / model / version
            artifact.mkdir(parents=True)
            client.create_model_version(model, str(artifact))
            file = folder / "contracts" / model / f"{version}.odcs.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_CONTRACT.format(model=model, version=version))


def _serve(models: int) -> None:
    """In this process, for starting one for each would take minutes."""
    from schemaguard.commands.contracts.publish import publish_contract
    from schemaguard.commands.install import install
    from schemaguard.commands.promote import promote
    from schemaguard.commands.site import Site
    from schemaguard.releases.release import Intent

    with Site() as site:
        install(site)
    for number in range(models):
        for version in ("1", "2"):
            with Site() as site:
                publish_contract(site, f"model_{number}", version)
                promote(site, f"model_{number}", version, Intent("bench", "benchmark"))


def _cpu(words: list[str]) -> tuple[float, float]:
    began, before = time.perf_counter(), os.times()
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    after = os.times()
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, cpu


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, default=10)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sgb") as name:
        folder = Path(name)
        with embedded.running(folder / "data") as url:
            registry = f"sqlite:///{folder}/mlflow.db"
            os.chdir(folder)
            os.environ |= {"SCHEMAGUARD_DATABASE_URL": url, "SCHEMAGUARD_REGISTRY_URI": registry}
            _prepare(folder, url, registry, options.models)
            _serve(options.models)
            schemaguard = str(_BIN / "schemaguard")
            commands = {
                "python -c pass": [sys.executable, "-c", "pass"],
                "status": [schemaguard, "status"],
                "rollback --dry-run": [schemaguard, "rollback", "model_0", "--reason", "x", "--dry-run"],
                "contracts list": [schemaguard, "contracts", "list"],
                "audit log": [schemaguard, "audit", "log"],
            }
            for words in commands.values():
                _cpu(words)
            measured: dict[str, list[tuple[float, float]]] = {what: [] for what in commands}
            for _ in range(options.runs):
                for what, words in commands.items():
                    measured[what].append(_cpu(words))
    base = median(cpu for _, cpu in measured["python -c pass"])
    rows = [
        (what, f"{median(w for w, _ in runs):.2f}", f"{median(c for _, c in runs):.2f}",
         f"{median(c for _, c in runs) / base:.1f}")
        for what, runs in measured.items()
    ]  # fmt: skip
    title = f"{options.models} models, sqlite registry, medians of {options.runs} runs"
    show(title, ("command", "clock s", "CPU s", "times"), rows)


if __name__ == "__main__":
    main()
