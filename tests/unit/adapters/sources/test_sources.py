"""Whatever a file or a server answers, its looks are counted or missing, with the reason and without a password."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from schemaguard.adapters.sources import prometheus, watched_file
from schemaguard.playbooks.due import due_spans
from schemaguard.playbooks.look import Counted, Look, MissingLook
from schemaguard.playbooks.playbook import Measure, MeasurementSource

LENGTH = timedelta(seconds=30)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
DUE = due_spans(NOON, NOON + 2 * LENGTH, LENGTH)
MEASURE = Measure("gateway", failed="errors_total", total="requests_total", version_label="version")
Answer = Callable[[dict[str, str]], bytes | tuple[int, bytes]]


def said(looks: tuple[Look | MissingLook, ...]) -> list[Any]:
    return [
        each.reason if isinstance(each, MissingLook) else {v: (c.failed, c.total) for v, c in each.versions.items()}
        for each in looks
    ]


def success(data: object) -> bytes:
    return json.dumps({"status": "success", "data": data}).encode()


def answered(asked: dict[str, str], off_s: float = 0.0, **changed: object) -> bytes:
    """What a Prometheus says in which version 8 has had 10 requests a look, of which one failed."""
    if asked["query"] == "time()":
        return success({"resultType": "scalar", "result": [NOON.timestamp() + off_s, str(NOON.timestamp() + off_s)]})
    step = 1 if asked["query"].startswith("errors_total[") else 10
    values = [[NOON.timestamp() - 5 + 15 * n, str(step * (n + 1) // 2)] for n in range(5)]
    metric = {"__name__": "x", "version": "8", "job": "scorer", "instance": "a"}
    return success({"resultType": "matrix", "result": [{"metric": metric, "values": values}], **changed})


class Stand:
    """A server that answers with whatever a test says."""

    def __init__(self) -> None:
        self.answer: Answer = answered
        self.heard: list[tuple[str, str | None]] = []


@pytest.fixture
def stand() -> Iterator[tuple[Stand, MeasurementSource]]:
    made = Stand()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            made.heard.append((self.path, self.headers.get("Authorization")))
            found = made.answer({key: value[0] for key, value in parse_qs(body).items()})
            status, text = found if isinstance(found, tuple) else (200, found)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(text)

        def do_GET(self) -> None:
            raise AssertionError("a redirection was followed")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield made, MeasurementSource("gateway", "prometheus", url="${WHERE}:" + str(server.server_port) + "/")
    server.shutdown()
    server.server_close()


def looked(source: MeasurementSource, **environ: str) -> list[Any]:
    return said(prometheus.looks(source, MEASURE, DUE, NOON, {"WHERE": "http://ada:geheim@127.0.0.1", **environ}))


def test_samples_are_asked_for_and_summed(stand: tuple[Stand, MeasurementSource]) -> None:
    assert looked(stand[1]) == [{"8": (1, 10)}, {"8": (1, 10)}]
    assert stand[0].heard == [("/api/v1/query", "Basic YWRhOmdlaGVpbQ==")] * 3


def hangs(_: dict[str, str]) -> bytes:
    time.sleep(0.5)
    return b""


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (hangs, "not answered within 0.2 s"),
        (lambda _: b"<html>", "its answer can't be read: no Prometheus?"),
        (lambda _: b"\xff\x00", "its answer can't be read: no Prometheus?"),
        (lambda _: b"[" * 100_000, "its answer can't be read: no Prometheus?"),
        (lambda _: b"{}", "its answer can't be read"),
        (lambda _: success(5), "what answers doesn't know the time: no Prometheus?"),
        (lambda _: (500, b"geheim"), "answered 500"),
        (lambda _: (302, b""), "answered 302"),
        (lambda _: (400, b'{"status": "error", "error": "parse error"}'), "it refuses the query: parse error"),
        (lambda asked: answered(asked, 60), "clock: the source's is 60 s ahead"),
        (lambda asked: answered(asked, -60), "clock: the source's is 60 s behind"),
        (lambda asked: answered(asked, result=[]), "no series of requests_total with a label version"),
        (lambda asked: answered(asked, result=[{"metric": {"v": "8"}}]), "no series of requests_total with a label"),
        (lambda asked: answered(asked, result=[{"metric": {"version": "8"}, "values": [[1, "NaN"]]}]), "its answer"),
        (lambda asked: answered(asked, result=[{"metric": {"version": "8"}, "values": [[1e99, "1"]]}]), "its answer"),
        (lambda asked: answered(asked, resultType="vector"), "no counter's name and labels"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_missing(
    stand: tuple[Stand, MeasurementSource], answer: Answer, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prometheus, "_PATIENCE_S", 0.2)
    stand[0].answer = answer
    looks = looked(stand[1])
    assert [each[: len(reason)] for each in looks] == [reason, reason]
    assert "geheim" not in str(looks)


def test_nobody_there_and_no_address_are_missing_without_a_password() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    there = MeasurementSource("gateway", "prometheus", url=f"http://ada:geheim@127.0.0.1:{port}")
    for source in (there, MeasurementSource("g", "prometheus", url="http://ada:geheim@[/")):
        looks = looked(source)
        assert all("could not be reached" in each and "geheim" not in each for each in looks)
    unset = MeasurementSource("gateway", "prometheus", url="${NOWHERE}")
    assert looked(unset) == ["the environment variable NOWHERE isn't set"] * 2


def test_a_file_is_read_up_to_its_last_whole_line(tmp_path: Path) -> None:
    file = tmp_path / "measured.csv"
    assert said(watched_file.looks(file, "errors", DUE)) == ["measured.csv can't be read (FileNotFoundError)"] * 2
    head = "at,version,trigger,failed,total\n"
    file.write_text(
        head + "2026-11-29T12:00:10Z,8,errors,1,20\n2026-11-29T13:00:30+01:00,8,errors,1,20\n"
        "2026-11-29T12:00:20Z,8,other,9,9\n2026-11-29T12:00:20Z,7,errors,0,99\n2026-11-29T12:00:31Z,8,err"
    )
    assert said(watched_file.looks(file, "errors", DUE)) == [{"8": (2, 40), "7": (0, 99)}, "no rows"]
    with file.open("a") as more:
        more.write("ors,3,4\n")
    assert said(watched_file.looks(file, "errors", DUE))[1] == {"8": (3, 4)}
    for text, reason in (
        (head + "2026-11-29T12:00:10Z,8,errors,9,2\n", "measured.csv:2: 9 of 2 can't have failed"),
        ("nonsense\n", "measured.csv:1: the columns aren't known"),
        ("\n", "measured.csv:1: the columns aren't known"),
    ):
        file.write_text(text)
        assert said(watched_file.looks(file, "errors", DUE)) == [reason] * 2
    file.write_bytes(b"\xff\xfe\n")
    assert said(watched_file.looks(file, "errors", DUE)) == ["measured.csv can't be read (UnicodeDecodeError)"] * 2
    assert isinstance(watched_file.looks(tmp_path, "errors", DUE)[0], MissingLook)
    assert Counted(0, 0).share == 0
