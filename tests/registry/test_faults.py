"""A registry that hangs, drops connections, or whose rows are locked: bounded, tried again, said."""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from schemaguard.adapters.registry import calls
from schemaguard.adapters.registry.calls import ask
from schemaguard.adapters.registry.models import MlflowRegistry
from schemaguard.adapters.registry.patience import Answer, Impatient
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
from schemaguard.adapters.registry.patience import Impatient
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


def test_whoever_holds_the_lock_asks_a_registry_that_hangs_once() -> None:
    with listening(0, None) as (address, seen):
        impatient = Impatient(MlflowRegistry(f"http://{address}"), 0.2)
        for model in ("fraud", "limits", "fraud"):
            with pytest.raises(RegistryError, match=r"hasn't answered within 0\.2 s"):
                impatient.alias(model, "champion")
        with pytest.raises(RegistryError, match="hasn't answered"):
            impatient.set_alias("fraud", "champion", "7")
    assert len(seen) <= 1


def test_how_long_mlflow_takes_to_be_imported_is_not_counted_against_the_registry() -> None:
    def slowly_imported() -> str:
        with calls._IMPORTING:
            time.sleep(0.5)
        return "7"

    assert Answer(slowly_imported, "here").get_once_imported(0.3) == "7"
    with pytest.raises(RegistryError, match="hasn't answered"):
        Answer(slowly_imported, "here").get(0.3)


def test_what_a_registry_answers_in_time_is_passed_on(registry: MlflowRegistry) -> None:
    impatient = Impatient(registry, 60)
    impatient.set_alias("fraud", "late", "2")
    assert impatient.alias("fraud", "late") == "2"
    assert impatient.has_version("fraud", "2")
    with pytest.raises(RegistryError):
        impatient.set_alias("fraud", "late", "99")
    # That was an answer: it is asked again.
    assert impatient.artifact_uri("fraud", "99") is None


ODD = (
    b"", b"{}", b"[1]", b"<html>log in</html>", b"\xff\xfe", b'{"registered_model": 5, "model_version": 5}',
    b'{"registered_model": {"name": "fraud", "aliases": [{"alias": "champion", "version": {"a": 1}}]}}',
    b'{"model_version": {"name": "fraud", "version": [3]}, "artifact_uri": 7}',
    b'{"model_version": {"name": "fraud", "version": "7"}, "artifact_uri": 7}',
    b'{"registered_model": {"name": "other"}, "model_version": {"name": "fraud", "version": "8"}}',
)  # fmt: skip


@contextmanager
def answering(body: list[bytes]) -> Iterator[str]:
    """The address of a server that answers everything with the body; without a status line where it is `SSH`."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            if body[0] == b"SSH":
                self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
                return
            self.send_response(200)
            self.send_header("content-length", str(len(body[0])))
            self.end_headers()
            self.wfile.write(body[0])

        do_POST = do_PATCH = do_GET  # noqa: N815 - as above

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_what_answers_and_is_no_registry_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")
    body = [b""]
    with answering(body) as address:
        for body[0] in (*ODD, b"SSH"):
            registry = MlflowRegistry(address)
            asked: tuple[tuple[Callable[..., Any], tuple[Any, ...]], ...] = (
                (registry.alias, ("fraud", "champion")),
                (registry.set_alias, ("fraud", "champion", "7")),
                (registry.has_version, ("fraud", "7")),
                (registry.artifact_uri, ("fraud", "7")),
                (registry.tag, ("fraud", "7", {"a": "b"})),
                (registry.signature, ("fraud", "7")),
                (registry.has_model, ("fraud",)),
            )
            for ask_it, of_what in asked:
                try:
                    said = ask_it(*of_what)
                except RegistryError:
                    continue
                # What isn't odd about them: there is a model of that name, and a version.
                assert said is True
                assert b'"name": "fraud"' in body[0]
