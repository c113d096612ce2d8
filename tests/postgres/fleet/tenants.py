"""A fleet of tenants: each a copy of one card-fraud database, with a history that every one of them is to get."""

import json
import os
import signal
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from schemaguard.adapters import control
from schemaguard.adapters.control import fence
from schemaguard.adapters.fleet.store import FleetStore
from schemaguard.commands.fleet.opening import Fleet, open_fleet
from schemaguard.commands.fleet.work import work
from schemaguard.commands.site import Site
from schemaguard.fleet.protocol import Asked, FleetRun, FleetVerb, waves
from tests.postgres.releases.shop import READS_7, READS_8, TABLES, FileRegistry, Shop
from tests.templates import create, drop, of

ENV = """\
import os

from alembic import context
from sqlalchemy import create_engine, pool

tenant = context.get_x_argument(as_dictionary=True).get("tenant")
url = context.config.get_main_option("sqlalchemy.url") if tenant is None else os.environ["APP_DATABASE_URL"]
with create_engine(url, poolclass=pool.NullPool).connect() as connection:
    assert tenant in (None, connection.engine.url.database)
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """\
from alembic import op

revision, down_revision = {revision!r}, {down!r}


def upgrade():
    op.execute({up!r})


def downgrade():
    op.execute({back!r})
"""
HISTORY = (
    ("0005", "select 1", "select 1"),
    ("0006", "alter table transactions add column entry_mode text", "alter table transactions drop column entry_mode"),
    ("0007", "create index on transactions (entry_mode)", "drop index transactions_entry_mode_idx"),
)
"""Revision, its way up and its way back; the tenants begin at the first."""
COUNTED = """\
select revision, count(*) from schemaguard.applied_change group by 1 order by 1"""


class SharedRegistry(FileRegistry):
    """A registry in a file that several processes write at once."""

    def set_alias(self, model: str, alias: str, version: str) -> None:
        aside = self.file.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps({**self.aliases, f"{model}@{alias}": version}))
        aside.replace(self.file)


def template(url: str, folder: Path) -> None:
    """fraud 7 serves behind the fence, and fraud 8 is published, which reads what 0006 adds."""
    made = Shop(url, folder)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES.encode())
        control.install(connection)
        connection.execute("select schemaguard.watch_version_table('alembic_version')")
        assert fence.raise_fence(connection).is_full
    made.publish("7", *READS_7)
    made.promote("7")
    made.publish("8", *READS_8)


@dataclass
class Tenants:
    """A fleet on one server, its project in a folder; `names` are its members and their databases."""

    server: str
    folder: Path
    names: tuple[str, ...]
    control: str

    def lay_out(self, source: str, **said: Any) -> None:
        """Copy the template for each, and write the project and the manifest."""
        for name in self.names:
            create(self.server, name, source)
        if self.control not in self.names:
            create(self.server, self.control)
        versions = self.folder / "migrations" / "versions"
        versions.mkdir(parents=True)
        (versions.parent / "env.py").write_text(ENV)
        (versions.parent / "alembic.ini").write_text(f"[alembic]\nscript_location = {versions.parent}\n")
        down = None
        for revision, up, back in HISTORY:
            text = REVISION.format(revision=revision, down=down, up=up, back=back)
            (versions / f"{revision}.py").write_text(text)
            down = revision
        (self.folder / "schemaguard.toml").write_text('migrations = "migrations/alembic.ini"\n')
        self.say(**said)

    def say(self, *, canaries: int = 1, **said: Any) -> None:
        """Write the manifest, with these words of its policy."""
        policy = "".join(f"{key}: {value}\n" for key, value in said.items())
        (self.folder / "fleet.yaml").write_text(
            f"fleet: tenants\ncontrol: {{env: FLEET_URL}}\n{policy}members:\n"
            f"  - url: {{env: TENANTS_URL}}\n    databases: {json.dumps(self.names)}\n    groups: [eu]\n"
            f"    canary: {json.dumps(self.names[:canaries])}\n"
        )

    @property
    def environ(self) -> dict[str, str]:
        """What the manifest names, and who asks."""
        return {
            "FLEET_URL": of(self.server, self.control), "TENANTS_URL": self.server, "SCHEMAGUARD_ACTOR": "grace",
            "TWIN_URL": of(self.server, self.names[0]),
        }  # fmt: skip

    def fleet(self) -> Fleet:
        made = open_fleet(Site(self.folder, environ=self.environ))
        made._registries[None] = SharedRegistry(self.folder / "registry.json", "7", "8", "9")
        return made

    def begin(self, verb: FleetVerb, model: str | None = None, target: str | None = None, **options: Any) -> FleetRun:
        fleet = self.fleet()
        asked = Asked(verb, "grace", "a test", target, model, {"finish": True, **options})
        members = {each.name: each.is_canary for each in fleet.manifest.members}
        with fleet.store() as store:
            store.install()
            return store.open_run(fleet.manifest.fleet, asked, fleet.manifest.policy, waves(members))

    def run(self, verb: FleetVerb, model: str | None = None, target: str | None = None, **options: Any) -> FleetRun:
        """Begin a run and carry it out in this process; how it ended."""
        begun = self.begin(verb, model, target, **options)
        work(self.fleet(), run=begun.id)
        with self.store() as store:
            return store.run(begun.id)

    def store(self) -> FleetStore:
        return FleetStore(of(self.server, self.control))

    def states(self, run: int) -> Mapping[str, str]:
        with self.store() as store:
            return {task.member: task.state.value for task in store.tasks(run)}

    def ask(self, name: str, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(of(self.server, name), autocommit=True) as connection:
            cursor = connection.execute(query.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def generation(self) -> int:
        with self.store() as store:
            return store.standing("tenants").generation

    def leave(self) -> None:
        for name in (*self.names, self.control):
            drop(self.server, name)


def start_worker(tenants: Tenants, run: int) -> int:
    """A worker as a process of its own; its number."""
    child = os.fork()
    if child:
        return child
    try:
        # What it prints of an outage would drown what pytest has to say.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        work(tenants.fleet(), run=run)
    except BaseException:  # the child must never come back into pytest
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def carried_out(tenants: Tenants, run: int, count: int, disturb: Callable[[list[int]], None]) -> float:
    """The seconds in which so many workers have carried a run out; `disturb` may kill any of them, or more."""
    began = time.monotonic()
    running = [start_worker(tenants, run) for _ in range(count)]
    while True:
        for place, each in enumerate(running):
            ended, status = os.waitpid(each, os.WNOHANG)
            if not ended:
                continue
            if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
                for other in running[:place] + running[place + 1 :]:
                    os.waitpid(other, 0)
                return time.monotonic() - began
            running[place] = start_worker(tenants, run)
        disturb(running)
        time.sleep(0.05)


def kill(worker: int) -> None:
    os.kill(worker, signal.SIGKILL)
