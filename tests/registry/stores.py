"""The three ways to an MLflow registry: a file, a PostgreSQL database, a server of MLflow's own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PATIENCE_SECONDS = 120


@contextmanager
def mlflow_server(folder: Path) -> Iterator[str]:
    """MLflow's own server over a sqlite store, which serves the artifacts too; yields its URL."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{folder}/mlflow.db"),
        *("--artifacts-destination", (folder / "artifacts").as_uri()),
    ]
    # Its runners of jobs start five processes, and start them again as long as they live.
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    environment = {**os.environ, **quiet}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
    try:
        _wait_for(f"{address}/health", server, folder / "server.log")
        yield address
    finally:
        os.killpg(server.pid, 15)
        server.wait()


COLUMNS = (("double", "amount", True), ("string", "channel", False))
"""(type, name, required) of the inputs of a signature."""


def log_model(uri: str, experiment: str, columns: tuple[tuple[str, str, bool], ...] = COLUMNS) -> Any:
    """A model that is logged in a run of the experiment, with a signature of these columns and an artifact."""
    import mlflow
    import mlflow.sklearn
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema
    from sklearn.dummy import DummyClassifier

    mlflow.set_tracking_uri(uri)
    signature = ModelSignature(Schema([ColSpec(type_, name, required=need) for type_, name, need in columns]))
    model = DummyClassifier(strategy="constant", constant=0).fit([[0.0]], [0])
    with mlflow.start_run(experiment_id=experiment):
        return mlflow.sklearn.log_model(model, name="model", signature=signature, pip_requirements=[])


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"MLflow's server did not start:\n{log.read_text()}")
