"""What compose.yaml runs, as plain processes from the same scripts: published, promoted, rolled back, and browsed."""

import base64
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.conftest import fresh
from tests.docker.test_files import DOCKER
from tests.postgres.verbs.site import TABLES
from tests.registry.stores import free_port
from tests.web.projects import REPOSITORY

TOKEN = "0123456789abcdef0123456789abcdef"
PATIENCE_S = 180.0


def _wait(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.3)


def _get(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@contextmanager
def _service(script: str, folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """A script that goes on, as its container would run it."""
    with (folder / f"{script}.log").open("w") as log:
        command = ["/bin/sh", DOCKER / "scripts" / script]
        running = subprocess.Popen(
            command, cwd=folder / "project", env=dict(environment), stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield
    finally:
        os.killpg(running.pid, 15)
        running.wait(30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project, and the two programs on the PATH as the image has them."""
    shutil.copytree(REPOSITORY / "contracts" / "fraud", tmp_path / "project" / "contracts" / "fraud")
    (tmp_path / "project" / "schemaguard.toml").write_text('contracts = "contracts"\n')
    (tmp_path / "bin").mkdir()
    for name, module in (("schemaguard", "schemaguard.cli"), ("mlflow", "mlflow"), ("python", "")):
        words = f"-m {module} " if module else ""
        program = tmp_path / "bin" / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n')
        program.chmod(0o755)
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    (tmp_path / "password").write_text("unused-by-a-socket\n")
    return tmp_path


def test_the_scripts_carry_a_release_from_publishing_to_rolling_back(server: str, folder: Path) -> None:
    with ExitStack() as stack:
        app, models = stack.enter_context(fresh(server)), stack.enter_context(fresh(server))
        with psycopg.connect(app, autocommit=True) as connection:
            connection.execute(TABLES.encode())
            connection.execute("alter table transactions add column entry_mode text")
        web, registry = free_port(), free_port()
        environment = {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(REPOSITORY),
            "HOME": str(folder),
            "PGPASSWORD_FILE": str(folder / "password"),
            "SCHEMAGUARD_DATABASE_URL": app,
            "SCHEMAGUARD_REGISTRY_URI": f"http://127.0.0.1:{registry}",
            "SCHEMAGUARD_WEB_TOKEN_FILE": str(folder / "token"),
            "SCHEMAGUARD_HOST": "127.0.0.1",
            "SCHEMAGUARD_PORT": str(web),
            "MLFLOW_DATABASE_URL": models.replace("postgresql://", "postgresql+psycopg://"),
            "MLFLOW_HOST": "127.0.0.1",
            "MLFLOW_PORT": str(registry),
            "MLFLOW_ARTIFACTS": str(folder / "artifacts"),
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        stack.enter_context(_service("mlflow", folder, environment))

        def run(*words: str) -> str:
            ran = subprocess.run(
                ["/bin/sh", *words],
                cwd=folder / "project",
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == 0, ran.stderr
            return ran.stdout

        def verb(*words: str) -> str:
            return run(str(folder / "bin" / "schemaguard"), *words)

        run(str(DOCKER / "scripts" / "install"))
        stack.enter_context(_service("serve", folder, environment))
        address = f"http://127.0.0.1:{web}"
        _wait(lambda: _get(f"{address}/healthz")[0] == 200, (folder / "serve.log").read_text())
        run(str(DOCKER / "scripts" / "healthy"))
        assert _get(f"{address}/")[0] == 401
        password = base64.b64encode(f"me:{TOKEN}".encode()).decode()

        def page(path: str) -> str:
            status, text = _get(f"{address}{path}", Authorization=f"Basic {password}")
            assert status == 200, text
            return text

        _wait(lambda: _get(f"http://127.0.0.1:{registry}/health")[0] == 200, "MLflow's server")
        _register(f"http://127.0.0.1:{registry}")
        stack.enter_context(_service("reconcile", folder, environment))
        for version in ("7", "8"):
            verb("contracts", "publish", "fraud", version)
            verb("promote", "fraud", version, "--yes", "--finish")
        _wait(lambda: "fraud@8 serves" in page("/models/fraud.md").replace("\\", ""), page("/models/fraud.md"))
        verb("rollback", "fraud", "--yes", "--finish", "--reason", "false negatives tripled")
        _wait(lambda: "fraud@7 serves" in page("/models/fraud.md").replace("\\", ""), page("/models/fraud.md"))
        assert "false negatives tripled" in page("/operations/3")
        assert 'schemaguard_epoch{model="fraud"} 3' in page("/metrics")
        assert TOKEN not in (folder / "serve.log").read_text()


def _register(uri: str) -> None:
    """A model with the versions 1 to 8: contracts are bound to versions that are there."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(uri, uri)
    client.create_registered_model("fraud")
    for _ in range(8):
        client.create_model_version("fraud", "s3://nowhere/fraud")
