"""Real servers for the tests: the embedded PostgreSQL, and the machine's own PostgreSQL 15 where there is one."""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from alembic.ddl import impl
from alembic.ddl.postgresql import PostgresqlImpl
from psycopg import sql

from schemaguard.adapters import embedded

POSTGRESQL_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a real server: the embedded one, or SCHEMAGUARD_TEST_DSN."""
    if dsn := os.environ.get("SCHEMAGUARD_TEST_DSN"):
        yield dsn
        return
    folder = Path(tempfile.mkdtemp(prefix="sgpg"))
    with embedded.running(folder / "data") as url:
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server15() -> Iterator[str]:
    """The URL of a PostgreSQL 15 server ; the test says why it is skipped where 15 isn't installed."""
    with running_15() as url:
        yield url


@contextmanager
def running_15(*settings: str) -> Iterator[str]:
    """The URL of a PostgreSQL 15 server with these settings; the test says why it is skipped where 15 isn't there."""
    if not (POSTGRESQL_15 / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed on this machine (Debian: postgresql-15)")
    folder = Path(tempfile.mkdtemp(prefix="sgpg15"))
    # initdb and postgres refuse to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if prefix:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    subprocess.run(
        [*prefix, POSTGRESQL_15 / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N"],
        check=True,
        capture_output=True,
    )
    wanted = (
        "listen_addresses=''",
        f"unix_socket_directories={folder}",
        "fsync=off",
        "full_page_writes=off",
        *settings,
    )
    options = " ".join(f"-c {setting}" for setting in wanted)
    control = [*prefix, POSTGRESQL_15 / "pg_ctl", "-D", data, "-w"]
    subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], check=True, capture_output=True)
    try:
        yield f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def _fresh(server_url: str) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    path, mark, query = server_url.partition("?")
    yield f"{path.rsplit('/', 1)[0]}/{name}{mark}{query}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@contextmanager
def unguarded() -> Iterator[None]:
    """Alembic as it is, whichever test has put the guard on this process: for the tables that MLflow makes itself."""
    guarded = impl._impls["postgresql"]
    impl._impls["postgresql"] = PostgresqlImpl
    try:
        yield
    finally:
        impl._impls["postgresql"] = guarded


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """The URL of a fresh, empty database on the embedded server."""
    yield from _fresh(server)


@pytest.fixture
def database15(server15: str) -> Iterator[str]:
    """The URL of a fresh, empty database on PostgreSQL 15."""
    yield from _fresh(server15)


@pytest.fixture(params=["15", "18"])
def each_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database on every PostgreSQL that the tests know, one after the other."""
    yield from _fresh(request.getfixturevalue("server15" if request.param == "15" else "server"))


@dataclass(frozen=True, slots=True)
class KeptDemo:
    """Where a demo was told, and all that it said. Its servers run until a test has stopped them."""

    folder: Path
    output: str
    errors: str
    exit_code: int


@pytest.fixture(scope="session")
def kept_demo() -> Iterator[KeptDemo]:
    """`schemaguard demo --keep`, told once for all tests that look at it (they share the xdist group `demo`)."""
    folder = Path(tempfile.mkdtemp(prefix="sgdemo"))
    program = [sys.executable, "-m", "schemaguard.cli", "demo", "--workdir", folder]
    told = subprocess.run([*program, "--keep"], capture_output=True, text=True, check=False, timeout=600)
    yield KeptDemo(folder, told.stdout, told.stderr, told.returncode)
    if (folder / "postgresql" / "postmaster.pid").exists():
        subprocess.run([*program, "--stop"], check=True)
    shutil.rmtree(folder, ignore_errors=True)
