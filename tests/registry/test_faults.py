"""A registry that hangs, drops connections, or whose rows are locked: bounded, tried again, said."""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest

from schemaguard.adapters.registry.calls import ask
from schemaguard.adapters.registry.models import MlflowRegistry
from schemaguard.errors import RegistryError

pytestmark = pytest.mark.xdist_group("registry")


@contextmanager
def listening(drops: int, upstream: str | None) -> Iterator[tuple[str, list[int]]]:
    """A port that drops the first connections and hands the others on; without `upstream` it never answers them.

    Yields (its address, the connections that it has seen).
    """
    seen: list[int] = []
    kept: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            seen.append(len(seen))
            if len(seen) <= drops:
                connection.close()
            elif upstream is None:
                kept.append(connection)
            else:
                parts = urlsplit(upstream)
                assert parts.hostname is not None
                onward = socket.create_connection((parts.hostname, parts.port or 80))
                kept.extend((connection, onward))
                for ends in ((connection, onward), (onward, connection)):
                    threading.Thread(target=_pump, args=ends, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", seen
        listener.shutdown(socket.SHUT_RDWR)
    for each in kept:
        each.close()


def _pump(from_: socket.socket, to: socket.socket) -> None:
    try:
        while received := from_.recv(65536):
            to.sendall(received)
    except OSError:
        pass


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second a request, and no long pauses between two of them."""
    monkeypatch.setattr("schemaguard.adapters.registry.calls.REQUEST_TIMEOUT_SECONDS", 1)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("scheme", ["http", "postgresql"])
def test_a_registry_that_never_answers_is_given_up(scheme: str) -> None:
    with listening(0, None) as (address, seen):
        uri = f"http://{address}" if scheme == "http" else f"postgresql://someone:secret@{address}/registry"
        registry = MlflowRegistry(uri)
        with pytest.raises(RegistryError) as caught:
            registry.alias("fraud", "champion")
    assert len(seen) > 1
    assert "secret" not in str(caught.value)
    assert caught.value.next == "check that the registry is running, then run the command again"


def test_whoever_was_given_up_may_still_be_importing_mlflow() -> None:
    program = """\
import sys, threading, time
from schemaguard.adapters.registry.models import MlflowRegistry
failed = []
def ask():
    try:
        MlflowRegistry("http://127.0.0.1:9").alias("fraud", "champion")
    except Exception as error:
        failed.append(type(error).__name__)
first = threading.Thread(target=ask)
first.start()
while "mlflow.exceptions" not in sys.modules:
    time.sleep(0.001)
ask()
first.join()
print(failed)
"""
    environ = {**os.environ, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['RegistryError', 'RegistryError']"


@pytest.mark.parametrize("registry_uri", ["http"], indirect=True)
def test_a_server_that_drops_a_connection_is_asked_again(registry_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    with listening(1, registry_uri) as (address, seen):
        assert MlflowRegistry(f"http://{address}").has_version("fraud", "1")
    assert len(seen) == 2


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("registry_uri", ["postgresql"], indirect=True)
def test_locked_rows_are_not_waited_for_without_end(registry_uri: str, registry: MlflowRegistry) -> None:
    registry.set_alias("fraud", "locked", "1")
    with psycopg.connect(registry_uri) as connection:
        connection.execute("lock table registered_model_aliases in access exclusive mode")
        with pytest.raises(RegistryError, match="could not set the alias fraud@locked to version 2"):
            registry.set_alias("fraud", "locked", "2")
    registry.set_alias("fraud", "locked", "2")


@pytest.mark.parametrize("registry_uri", ["sqlite"], indirect=True)
def test_a_locked_file_is_waited_for(registry_uri: str, registry: MlflowRegistry) -> None:
    registry.set_alias("fraud", "locked", "1")
    file = registry_uri.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("begin exclusive")
        release = threading.Timer(0.5, connection.execute, ["rollback"])
        release.start()
        registry.set_alias("fraud", "locked", "2")
        release.join()
    assert registry.alias("fraud", "locked") == "2"


def test_a_client_of_a_store_that_is_missing_is_named() -> None:
    def as_mlflow_does() -> None:
        raise ModuleNotFoundError("No module named 'botocore'", name="botocore")

    with pytest.raises(RegistryError, match="botocore isn't installed here, which MLflow needs for that") as raised:
        ask("sqlite:///mlflow.db", "read the signature of fraud 7", as_mlflow_does)
    assert raised.value.exit_code == 2
