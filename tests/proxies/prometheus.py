"""A real Prometheus that scrapes counters of ours, four times a second."""

import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from schemaguard.frozen import dataclass, field

PROGRAM = shutil.which("prometheus")
CONFIGURATION = """\
global: {{scrape_interval: 250ms, scrape_timeout: 200ms}}
scrape_configs:
  - job_name: scorer
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


@dataclass(slots=True)
class Exporter:
    """What model servers have counted: by version (failed, total). One that is `down` answers nobody."""

    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    is_down: bool = False
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, version: str, failed: int, total: int) -> None:
        with self.lock:
            before = self.counts.get(version, (0, 0))
            self.counts[version] = (before[0] + failed, before[1] + total)

    def restart(self) -> None:
        with self.lock:
            self.counts = dict.fromkeys(self.counts, (0, 0))

    def text(self) -> bytes:
        with self.lock:
            lines = [
                f'{name}_total{{model="fraud",version="{version}"}} {counted[at]}'
                for version, counted in self.counts.items()
                for at, name in enumerate(("errors", "requests"))
                # A client library shows a counter of failures from the first failure on.
                if counted[at] or name == "requests"
            ]
        return "\n".join([*lines, ""]).encode()


@contextmanager
def exporter() -> Iterator[Exporter]:
    """One that can be scraped."""
    made = Exporter()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if made.is_down:
                self.send_error(503)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(made.text())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@dataclass(slots=True)
class RealPrometheus:
    """It runs, or doesn't."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        assert PROGRAM is not None
        self.process = subprocess.Popen(
            [
                PROGRAM, f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
                f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=error",
            ],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/-/ready", timeout=1):
                return
            time.sleep(0.1)
        raise AssertionError("Prometheus didn't start")

    def send(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.send(signal.SIGCONT)
            self.send(signal.SIGKILL)
            self.process.wait(30)


@contextmanager
def real_prometheus(folder: Path, scraped: Exporter) -> Iterator[RealPrometheus]:
    """One that scrapes an exporter."""
    (folder / "prometheus.yml").write_text(CONFIGURATION.format(port=scraped.port))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = RealPrometheus(folder, port)
    made.start()
    try:
        yield made
    finally:
        made.kill()
