"""A real HAProxy before two pools of servers, clients that ask it, and who answered each."""

import asyncio
import shutil
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from schemaguard.config import Proxy
from schemaguard.frozen import dataclass, field

PROGRAM = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
CONFIGURATION = """\
global
    stats socket {folder}/admin.sock mode 600 level admin
    set-var proc.canary int(0)
    maxconn 2000
defaults
    mode http
    timeout connect 1s
    timeout client 10s
    timeout server 10s
frontend sticky
    bind {folder}/sticky.http
    # xxh3 is signed here: with it half of the clients are below every share.
    http-request set-var(txn.bucket) req.hdr(X-Client),xxh32(7),mod(10000)
    acl is_canary var(txn.bucket),sub(proc.canary) -m int lt 0
    use_backend canary if is_canary
    default_backend active
frontend weighted
    bind {folder}/weighted.http
    default_backend fraud
backend active
    server one unix@{folder}/active.http
backend canary
    server one unix@{folder}/canary.http
backend fraud
    balance roundrobin
    option redispatch
    retries 2
    server active unix@{folder}/active.http weight 100
    server canary unix@{folder}/canary.http weight 0
"""
"""Unix sockets: there are always enough of them, and no other test has the same port."""

SETTINGS = """
[proxies.edge]
model = "fraud"
socket = "{folder}/admin.sock"
variable = "proc.canary"
[proxies.colours]
model = "fraud"
socket = "{folder}/admin.sock"
backend = "fraud"
"""
"""What schemaguard is told of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when it was sent, who answered it (empty: nobody), and for which client."""

    at: float
    by: str
    client: str


@dataclass(slots=True)
class RealProxy:
    """It runs, or doesn't: `start` and `kill`."""

    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        assert PROGRAM is not None
        (self.folder / "haproxy.cfg").write_text(CONFIGURATION.format(folder=self.folder))
        self.process = subprocess.Popen([PROGRAM, "-db", "-q", "-f", str(self.folder / "haproxy.cfg")])
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with suppress(OSError), _socket(self.folder / "admin.sock"):
                return
            time.sleep(0.02)
        raise AssertionError("HAProxy didn't start")

    def kill(self, number: int = signal.SIGKILL) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(30)

    def pause(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    @property
    def sticky(self) -> Proxy:
        return Proxy("edge", "fraud", str(self.folder / "admin.sock"), variable="proc.canary")

    @property
    def weighted(self) -> Proxy:
        return Proxy("colours", "fraud", str(self.folder / "admin.sock"), backend="fraud")


@contextmanager
def _socket(path: Path) -> Iterator[None]:
    import socket

    with socket.socket(socket.AF_UNIX) as there:
        there.connect(str(path))
        yield


@contextmanager
def real_proxy(folder: Path) -> Iterator[RealProxy]:
    """One that runs until the block ends."""
    made = RealProxy(folder)
    made.start()
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.wake()
            made.kill()


async def _pool(folder: Path, name: str, opened: list[asyncio.StreamWriter]) -> asyncio.Server:
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(name)}\r\n\r\n{name}".encode()

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
                await writer.drain()

    return await asyncio.start_unix_server(answered, folder / f"{name}.http")


async def _client(folder: Path, front: str, number: int, goes_on: Callable[[int], bool], log: list[Asked]) -> None:
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    count = 0
    while goes_on(len(log)):
        who, at = f"client {number}-{count}", time.monotonic()
        count += 1
        try:
            streams = streams or await asyncio.open_unix_connection(folder / f"{front}.http")
            streams[1].write(f"GET / HTTP/1.1\r\nHost: x\r\nX-Client: {who}\r\n\r\n".encode())
            head = await streams[0].readuntil(b"\r\n\r\n")
            length = next(int(each[15:]) for each in head.split(b"\r\n") if each.lower().startswith(b"content-length"))
            body = await streams[0].readexactly(length)
            log.append(Asked(at, body.decode() if head.startswith(b"HTTP/1.1 200") else "", who))
        except (OSError, asyncio.IncompleteReadError):
            log.append(Asked(at, "", who))
            await _close(streams[1:] if streams is not None else ())
            streams = None
            await asyncio.sleep(0.01)
    await _close(streams[1:] if streams is not None else ())


async def _close(writers: Sequence[asyncio.StreamWriter]) -> None:
    for each in writers:
        each.close()
        with suppress(OSError):
            await each.wait_closed()


def load(
    folder: Path,
    front: str,
    requests: int,
    meanwhile: Callable[[], object] | None = None,
    *,
    clients: int = 8,
    pause_s: float = 0.0,
) -> list[Asked]:
    """What so many requests at least saw; `meanwhile` runs in a thread beside them, until it ends, after a pause."""

    async def run() -> list[Asked]:
        opened: list[asyncio.StreamWriter] = []
        pools = [await _pool(folder, name, opened) for name in ("active", "canary")]
        log: list[Asked] = []
        beside: list[Awaitable[object]] = []

        def goes_on(seen: int) -> bool:
            return seen < requests or any(not each.done() for each in beside)  # type: ignore[attr-defined]  # tasks

        def act() -> None:
            time.sleep(pause_s)
            if meanwhile is not None:
                meanwhile()

        beside.append(asyncio.create_task(asyncio.to_thread(act)))
        await asyncio.gather(*(_client(folder, front, number, goes_on, log) for number in range(clients)))
        for each in beside:
            await each
        for pool in pools:
            pool.close()
        await _close(opened)
        return log

    return asyncio.run(run())


def failed(log: list[Asked]) -> int:
    """How many requests nobody answered."""
    return sum(not each.by for each in log)


def sigmas(log: list[Asked], percent: int) -> float:
    """How many standard deviations the canary's share is away from what it should be; infinite where that is odd."""
    share, asked = percent / 100, len(log)
    own = sum(each.by == "canary" for each in log)
    spread = (asked * share * (1 - share)) ** 0.5
    return abs(own - asked * share) / spread if spread else (0.0 if own == asked * share else float("inf"))
