"""Hooks are called with what they were owed, signed, and what fails is said without a secret."""

import hashlib
import hmac
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from schemaguard.adapters.files import hooks
from schemaguard.adapters.files.hooks import HookError, call
from schemaguard.config import Hook, load
from schemaguard.errors import ConfigError
from schemaguard.releases.hooks import HookDelivery, body

SENT = body(HookDelivery(3, "chat", "fraud", 9, {"to": "7", "reason": "“ä”"}))
Asked = list[tuple[str | None, bytes]]
"""The signature and the document of each request."""


@pytest.fixture
def passwords() -> list[str | None]:
    """What each request to the listener says who it is from."""
    return []


@pytest.fixture
def listener(passwords: list[str | None]) -> Iterator[tuple[str, Asked]]:
    asked: Asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            passwords.append(self.headers.get("Authorization"))
            asked.append(
                (self.headers.get("X-Schemaguard-Signature"), self.rfile.read(int(self.headers["Content-Length"])))
            )
            self.send_response({"/ok": 204, "/moved": 302}.get(self.path, 500))
            self.send_header("Location", "/ok")
            self.end_headers()

        def do_GET(self) -> None:
            raise AssertionError("a redirection was followed")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://user:geheim@127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_a_webhook_gets_the_document_with_its_signature(listener: tuple[str, Asked]) -> None:
    url, asked = listener
    plain = url.replace("user:geheim@", "")
    call(Hook("chat", f"{plain}/ok", secret="KEY"), SENT, {"KEY": "k"})
    ((signed, sent),) = asked
    assert signed == "sha256=" + hmac.new(b"k", sent, hashlib.sha256).hexdigest()
    assert json.loads(sent) == {"id": 3, "model": "fraud", "operation": 9, "reason": "“ä”", "to": "7"}


@pytest.mark.parametrize(("path", "says"), [("/bad", "answered 500"), ("/moved", "answered 302")])
def test_a_webhook_that_says_no_or_sends_elsewhere_has_failed(
    listener: tuple[str, Asked], path: str, says: str
) -> None:
    url, asked = listener
    with pytest.raises(HookError, match=says):
        call(Hook("chat", url.replace("user:geheim@", "") + path), SENT, {})
    assert [signed for signed, _ in asked] == [None]


def test_a_webhook_s_user_and_password_are_sent_as_a_header(
    listener: tuple[str, Asked], passwords: list[str | None]
) -> None:
    url, _ = listener
    call(Hook("chat", f"{url}/ok"), SENT, {})
    call(Hook("chat", url.replace("user:geheim@", "") + "/ok"), SENT, {})
    assert passwords == ["Basic dXNlcjpnZWhlaW0=", None]


def test_what_nobody_foresaw_is_not_taken_for_a_call(
    listener: tuple[str, Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(_: str) -> tuple[str, dict[str, str]]:
        raise LookupError("odd")

    monkeypatch.setattr(hooks, "without_password", odd)
    with pytest.raises(LookupError):
        call(Hook("chat", f"{listener[0]}/ok"), SENT, {})


def test_a_receiver_that_drips_its_answer_takes_no_longer_than_was_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as receiver:

        def drip() -> None:
            client, _ = receiver.accept()
            with client, suppress(OSError):
                client.recv(65536)
                client.sendall(b"HTTP/1.1 200 OK\r\nX-Drop: ")
                for _ in range(100):
                    time.sleep(0.1)
                    client.sendall(b"a")

        threading.Thread(target=drip, daemon=True).start()
        with pytest.raises(HookError, match="took longer than 1 s"):
            call(Hook("chat", f"http://127.0.0.1:{receiver.getsockname()[1]}/", timeout=1), SENT, {})


def test_a_program_that_takes_too_long_ends_with_all_that_it_has_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(HookError, match="took longer than 1 s"):
        call(Hook("note", command=("sh", "-c", f"sleep 60 & echo $! > {pid}; wait"), timeout=1), SENT, {})
    status = Path(f"/proc/{pid.read_text().strip()}/stat")
    deadline = time.monotonic() + 10
    while status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline, "the sleep is still there"
        time.sleep(0.05)


def test_a_key_of_bytes_that_are_no_text_signs_as_well(listener: tuple[str, Asked]) -> None:
    url, asked = listener
    call(Hook("chat", f"{url}/ok", secret="KEY"), SENT, {"KEY": "k\udcff"})
    assert asked[0][0] == "sha256=" + hmac.new(b"k\xff", SENT, hashlib.sha256).hexdigest()


def test_what_cannot_be_reached_is_said_without_its_password() -> None:
    for url in ("http://user:geheim@127.0.0.1:1/", "http://user:geheim@[::1/", "http://user:geheim@x y/"):
        with pytest.raises(HookError) as failed:
            call(Hook("chat", url, timeout=1), SENT, {})
        assert "geheim" not in str(failed.value)


def test_a_program_reads_it_from_its_standard_input_and_sees_no_secret(tmp_path: Path) -> None:
    there = tmp_path / "told.json"
    code = (
        "import json, os, sys; "
        f"open({str(there)!r}, 'w').write(json.dumps([sys.stdin.read(), dict(os.environ)]))"
    )  # fmt: skip
    secrets = {"KEY": "k", "OTHER": "o", "SCHEMAGUARD_DATABASE_URL": "postgresql://u:geheim@h/d"}
    secrets |= {"SCHEMAGUARD_LEDGER_KEY": "key", "MLFLOW_REGISTRY_URI": "https://u:geheim@h", "PGPASSWORD": "geheim"}
    hook = Hook("note", command=(sys.executable, "-c", code), secret="KEY")
    call(hook, SENT, {**secrets, "PATH": "/usr/bin"}, ("OTHER",))
    sent, seen = json.loads(there.read_text())
    assert sent.encode() == SENT
    assert seen["SCHEMAGUARD_SIGNATURE"].startswith("sha256=")
    assert not set(secrets) & set(seen)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ((sys.executable, "-c", "raise SystemExit(4)"), "left with 4"),
        (("/nowhere/at-all",), "could not be started"),
        ((sys.executable, "-c", "import time; time.sleep(30)"), "took longer than 1 s"),
    ],
)
def test_a_program_that_fails_is_named(command: tuple[str, ...], says: str) -> None:
    with pytest.raises(HookError, match=says):
        call(Hook("note", command=command, timeout=1), SENT, {})


def test_a_hook_whose_key_is_not_there_is_not_called(tmp_path: Path) -> None:
    there = tmp_path / "called"
    with pytest.raises(HookError, match="KEY holds, and it isn't set"):
        call(Hook("note", command=("touch", str(there)), secret="KEY"), SENT, {})
    assert not there.exists()


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ('url = "ftp://u:geheim@h"', "the url of a hook can't be used"),
        ('url = "https://h"\ncommand = ["x"]', "either a url or a command"),
        ("timeout = 3", "either a url or a command"),
        ('comand = ["x"]', "unknown setting 'comand' of a hook"),
        ('command = "x y"', "command of a hook can't be used"),
        ('command = ["x"]\ntimeout = 0', "timeout = 0"),
        ('command = ["x"]\ntimeout = 3600', "timeout = 3600"),
    ],
)
def test_a_hook_that_cannot_be_meant_is_refused_without_its_url(tmp_path: Path, section: str, says: str) -> None:
    (tmp_path / "schemaguard.toml").write_text(f"[hooks.chat]\n{section}\n")
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {})
    assert says in refused.value.what
    assert "geheim" not in str(refused.value)
    (tmp_path / "schemaguard.toml").write_text('hooks = {chat = "x"}')
    with pytest.raises(ConfigError, match="a hook has to be a table"):
        load(tmp_path, {})
