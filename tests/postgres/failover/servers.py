"""Two real servers: a primary that dies, and a standby of it that is promoted; then the next standby is made."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.postgres.fleet.server import PROGRAMS
from tests.waiting import until

_SETTINGS = (
    "listen_addresses=''",
    "fsync=off",
    "full_page_writes=off",
    "jit=off",
    "max_wal_size=256",
    "wal_level=replica",
)


class Servers:
    """Named by the numbers of their folders; the first one is the primary until it dies."""

    def __init__(self, folder: Path, *, is_synchronous: bool) -> None:
        self.folder = folder
        self.is_synchronous = is_synchronous
        self.primary, self.standby, self._made = "1", "", 1
        # initdb and postgres refuse to run as root.
        self._prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._prefix:
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "-D", self._data("1"), "-U", "postgres", "-A", "trust", "-N")
        self._start("1")

    @property
    def url(self) -> str:
        """Both hosts, whichever takes writes."""
        return f"postgresql://postgres@/postgres?host={self._socket('x')},{self._socket('y')}&target_session_attrs=read-write"

    def only(self, which: str) -> str:
        """One of them alone."""
        return f"postgresql://postgres@/postgres?host={self._socket(self._side(which))}"

    def add_standby(self) -> None:
        """Make the next standby of the primary, and let COMMIT wait for it where that is wanted."""
        self._made += 1
        name = str(self._made)
        # What died lies in memory.
        shutil.rmtree(self._data(str(self._made - 2)), ignore_errors=True)
        self._run(
            "pg_basebackup", "-D", self._data(name), "-h", self._socket(self._side(self.primary)), "-U", "postgres",
            "-R", "-X", "stream", "-c", "fast", "--no-sync",
        )  # fmt: skip
        with (self.folder / name / "postgresql.auto.conf").open("a") as file:
            file.write("synchronous_standby_names = ''\n")
        self.standby = name
        self._start(name)
        self.ask(self.primary, "select pg_sleep(0.01) from pg_stat_replication")
        until(lambda: self.ask(self.primary, "select 1 from pg_stat_replication where state = 'streaming'"))
        if self.is_synchronous:
            self.wait_for("*")

    def wait_for(self, names: str) -> None:
        """From now on each COMMIT on the primary waits for one of these."""
        self.ask(self.primary, f"alter system set synchronous_standby_names = '{names}'")
        self.ask(self.primary, "select pg_reload_conf()")
        until(lambda: self.ask(self.primary, "show synchronous_standby_names") == [(names,)])

    def fail_over(self) -> None:
        """The primary dies, and the standby takes over."""
        self.stop(self.primary)
        self.promote()

    def promote(self) -> None:
        """The standby takes over, whatever has become of the primary."""
        self._run("pg_ctl", "-D", self._data(self.standby), "-w", "promote")
        self.primary, self.standby = self.standby, ""

    def stop(self, which: str) -> None:
        """As if its power were cut."""
        self._run("pg_ctl", "-D", self._data(which), "-m", "immediate", "stop")

    @contextmanager
    def hung(self, which: str) -> Iterator[None]:
        """All of its processes stand still for as long as the block lasts, with their connections open."""
        postmaster = int((self.folder / which / "postmaster.pid").read_text().partition("\n")[0])
        children = subprocess.run(["pgrep", "-P", str(postmaster)], check=True, capture_output=True, text=True).stdout
        processes = [postmaster, *map(int, children.split())]
        for each in processes:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in processes:
                os.kill(each, signal.SIGCONT)

    def ask(self, which: str, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.only(which), autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def _start(self, name: str) -> None:
        socket = Path(self._socket(self._side(name)))
        socket.mkdir(exist_ok=True)
        if self._prefix:
            shutil.chown(socket, "postgres", "postgres")
        settings = (*_SETTINGS, f"unix_socket_directories={socket}", f"cluster_name={name}")
        options = " ".join(f"-c {setting}" for setting in settings)
        self._run(
            "pg_ctl", "-D", self._data(name), "-w", "-o", options, "-l", str(self.folder / f"{name}.log"), "start"
        )

    def _side(self, name: str) -> str:
        return "xy"[int(name) % 2]

    def _socket(self, side: str) -> str:
        return str(self.folder / side)

    def _data(self, name: str) -> str:
        return str(self.folder / name)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run([*self._prefix, PROGRAMS / program, *words], check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{program} {words}: {done.stdout}{done.stderr}"


@contextmanager
def two(*, is_synchronous: bool) -> Iterator[Servers]:
    """A primary and its standby, for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="sgpair"))
    servers = Servers(folder, is_synchronous=is_synchronous)
    try:
        servers.add_standby()
        yield servers
    finally:
        for name in filter(None, (servers.primary, servers.standby)):
            subprocess.run(
                [*servers._prefix, PROGRAMS / "pg_ctl", "-D", folder / name, "-m", "immediate", "stop"],
                check=False, capture_output=True,
            )  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)
