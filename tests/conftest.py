"""Real servers for the tests: the embedded PostgreSQL, the machine's own 15, and what `make servers` has installed."""

import gc
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zlib import crc32

import psycopg
import pytest
from alembic.ddl import impl
from alembic.ddl.postgresql import PostgresqlImpl

from schemaguard.adapters.postgres import embedded
from tests import memory
from tests.dealing import ByFile, place
from tests.templates import Templates, create, drop, of

# An environment may keep Python from writing byte code: then every process that a test starts compiles 300 files.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

_SERVERS = Path(__file__).parents[1] / ".servers"
"""Where `make servers` puts what it installs."""
_INSTALLED = {
    "15": (Path("/usr/lib/postgresql/15/bin"), "Debian: postgresql-15"),
    "16": (_SERVERS / "16/bin", "make servers"),
    "17": (_SERVERS / "17/bin", "make servers"),
}
"""Version → the folder of its programs, and what installs them. The embedded server is 18."""
VERSIONS = tuple(os.environ.get("SCHEMAGUARD_TEST_POSTGRESQL", "15 18").split())
"""The versions that a test runs on which asks for every PostgreSQL."""
OTHERS = tuple(version for version in VERSIONS if version in _INSTALLED)
"""Those of them that aren't embedded: they have pg_dump's own version, and extensions."""


_FOR_TESTS = ("fsync=off", "full_page_writes=off", "jit=off", "max_wal_size=256")
"""How a server is set whose data nobody needs tomorrow; what they hold lies in memory, where there is room."""
_memory = memory.in_memory()


EVERYWHERE = bool(os.environ.get("SCHEMAGUARD_EVERYWHERE"))
"""Whether every case runs on every PostgreSQL (`make everywhere`); else the servers take turns."""
SHORT = bool(os.environ.get("SCHEMAGUARD_SHORT"))
"""Whether stories take turns, too (`make test`)."""
_STORIES = (
    "tests/crash/", "tests/postgres/guard/test_", "tests/postgres/proving/", "tests/postgres/releases/",
    "tests/postgres/retirement/", "tests/postgres/retyping/", "tests/postgres/verbs/", "tests/projects/test_layouts",
)  # fmt: skip
"""How the paths begin of tests that tell a story, a second or more each: of each file every second one runs."""
_TAKING_TURNS = "tests/postgres/"
_LONGEST_NAME = 100


def _turn(item: pytest.Item) -> tuple[str, str] | None:
    """The name of a case that takes turns, without its server's version; and the version."""
    test, _, case = item.nodeid.partition("[")
    parts = case.partition("@")[0].removesuffix("]").split("-")
    version = next((part for part in parts if part in VERSIONS), None)
    if version is None or not item.nodeid.startswith(_TAKING_TURNS):
        return None
    return "-".join([test, *(part for part in parts if part != version)]), version


def _elsewhere(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """The cases whose turn is on another server: its name decides among the versions that it runs on."""
    versions: dict[str, set[str]] = {}
    turns = [(item, turn) for item in items if (turn := _turn(item)) is not None]
    for _, (name, version) in turns:
        versions.setdefault(name, set()).add(version)
    for item, (name, version) in turns:
        among = sorted(versions[name])
        if among[crc32(name.encode()) % len(among)] != version:
            yield item


def _left_to_everywhere(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Every second story of a file, beginning with its second."""
    told: Counter[str] = Counter()
    for item in items:
        if item.nodeid.startswith(_STORIES):
            file = item.nodeid.partition("::")[0]
            told[file] += 1
            if told[file] % 2 == 0:
                yield item


def pytest_make_parametrize_id(val: object) -> str | None:
    """A case is named by its value; one of megabytes by how it begins: every worker sends all names."""
    if isinstance(val, str | bytes) and len(val) > _LONGEST_NAME:
        return f"{val[:_LONGEST_NAME]!a} of {len(val)}"
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Cases whose turn is on another server are left out, and in `make test` every second story.

    Tests of a group share servers that take seconds to start: where xdist can't keep them together, it is said.
    """
    elsewhere = [] if EVERYWHERE else list(_elsewhere(items))
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        left_out = set(map(id, elsewhere))
        items[:] = [item for item in items if id(item) not in left_out]
    if SHORT:
        untold = list(_left_to_everywhere(items))
        config.hook.pytest_deselected(items=untold)
        left_out = set(map(id, untold))
        items[:] = [item for item in items if id(item) not in left_out]
    if not getattr(config.option, "loadgroup", False):
        return
    alone = [item.nodeid for item in items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
    items.sort(key=lambda item: place(item.nodeid))
    if alone:
        raise pytest.UsageError(f"xdist keeps no groups with this pytest: {alone[0]} is in one")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    """Tests are handed out by the file, in the order that they are sorted in."""
    if config.option.dist != "loadgroup":
        return None
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_finish() -> None:
    """13,000 tests stay to the end: the garbage collector needn't look at them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    """What lies in memory is deleted, by the process that began it."""
    if _memory is not None:
        memory.leave(_memory)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """A project's env.py configures logging for the whole process, and a test's own stderr is closed behind it."""
    for handler in [each for each in logging.root.handlers if type(each) is logging.StreamHandler]:
        logging.root.removeHandler(handler)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a real server: the embedded one, or SCHEMAGUARD_TEST_DSN."""
    if dsn := os.environ.get("SCHEMAGUARD_TEST_DSN"):
        yield dsn
        return
    folder = Path(tempfile.mkdtemp(prefix="sgpg"))
    with embedded.running(folder / "data") as url:
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in _FOR_TESTS:
                connection.execute(f"alter system set {setting}".encode())
            connection.execute("select pg_reload_conf()")
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server15() -> Iterator[str]:
    """The URL of a PostgreSQL 15 server; the test says why it is skipped where 15 isn't installed."""
    with running("15") as url:
        yield url


@pytest.fixture(scope="session")
def server16() -> Iterator[str]:
    """The URL of a PostgreSQL 16 server."""
    with running("16") as url:
        yield url


@pytest.fixture(scope="session")
def server17() -> Iterator[str]:
    """The URL of a PostgreSQL 17 server."""
    with running("17") as url:
        yield url


@pytest.fixture(scope="session")
def server18(server: str) -> str:
    """The URL of the embedded server."""
    return server


def programs(version: str) -> Path:
    """The folder of a version's programs; the test says why it is skipped where they aren't there."""
    folder, installer = _INSTALLED[version]
    if not (folder / "initdb").exists():
        pytest.skip(f"PostgreSQL {version} is not installed on this machine ({installer})")
    return folder


@contextmanager
def running(version: str, *settings: str) -> Iterator[str]:
    """The URL of a server of a version with these settings."""
    there = programs(version)
    folder = Path(tempfile.mkdtemp(prefix=f"sgpg{version}"))
    # initdb and postgres refuse to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if prefix:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    subprocess.run(
        [*prefix, there / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N"],
        check=True,
        capture_output=True,
    )
    wanted = (
        "listen_addresses=''",
        f"unix_socket_directories={folder}",
        "max_prepared_transactions=20",
        *_FOR_TESTS,
        *settings,
    )
    options = " ".join(f"-c {setting}" for setting in wanted)
    control = [*prefix, there / "pg_ctl", "-D", data, "-w"]
    subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], check=True, capture_output=True)
    try:
        yield f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh(server_url: str) -> Iterator[str]:
    """The URL of a fresh, empty database on a server, for as long as the block lasts."""
    name = f"t{uuid.uuid4().hex[:12]}"
    create(server_url, name)
    yield of(server_url, name)
    drop(server_url, name)


@contextmanager
def unguarded() -> Iterator[None]:
    """Alembic as it is, whichever test has put the guard on this process: for the tables that MLflow makes itself."""
    guarded = impl._impls["postgresql"]
    impl._impls["postgresql"] = PostgresqlImpl
    try:
        yield
    finally:
        impl._impls["postgresql"] = guarded


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """What tests copy; it is asked for after the servers, so that they outlive it."""
    made = Templates(tmp_path_factory.mktemp("templates"))
    yield made
    with suppress(psycopg.Error):
        made.drop()


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """The URL of a fresh, empty database on the embedded server."""
    with fresh(server) as url:
        yield url


@pytest.fixture
def database15(server15: str) -> Iterator[str]:
    """The URL of a fresh, empty database on PostgreSQL 15."""
    with fresh(server15) as url:
        yield url


@pytest.fixture(params=VERSIONS)
def each_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database on every PostgreSQL that the tests know, one after the other."""
    with fresh(request.getfixturevalue(f"server{request.param}")) as url:
        yield url


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
