"""A small Alembic project with the guard in its env.py, on a real database."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config

from schemaguard.adapters import control

ENV = """\
from alembic import context
from sqlalchemy import create_engine, pool

import schemaguard.guard  # noqa: F401


def run():
    url = context.config.get_main_option("url").replace("postgresql://", "postgresql+psycopg://", 1)
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, transaction_per_migration={per_migration})
        with context.begin_transaction():
            context.run_migrations()


run()
"""
REVISION = '''\
"""{revision}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down!r}
depends_on = {depends!r}


def upgrade():
    {up}


def downgrade():
    {back}
'''


@dataclass
class Project:
    url: str
    folder: Path
    revisions: list[str] = field(default_factory=list)

    def lay_out(self, *, per_migration: bool = True) -> None:
        (self.folder / "versions").mkdir(parents=True)
        self.set_up(per_migration=per_migration)

    def set_up(self, *, per_migration: bool = True) -> None:
        """What leads Alembic to the database and to the revisions."""
        (self.folder / "env.py").write_text(ENV.format(per_migration=per_migration))
        (self.folder / "alembic.ini").write_text(
            f"[alembic]\nscript_location = {self.folder}\nurl = {self.url.replace('%', '%%')}\n"
        )

    def install(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            control.install(connection)

    def add(self, up: str, back: str = "pass", *, depends: str | None = None) -> str:
        """A revision on top of the last one; `up` and `back` are the lines of its functions."""
        revision = f"{len(self.revisions) + 1:04}"
        down = self.revisions[-1] if self.revisions else None
        lines = {"up": up.replace("\n", "\n    "), "back": back.replace("\n", "\n    ")}
        text = REVISION.format(revision=revision, down=down, depends=depends, **lines)
        (self.folder / "versions" / f"{revision}.py").write_text(text)
        self.revisions.append(revision)
        return revision

    def upgrade(self, to: str = "head") -> None:
        command.upgrade(Config(self.folder / "alembic.ini"), to)

    def downgrade(self, to: str) -> None:
        command.downgrade(Config(self.folder / "alembic.ini"), to)

    def alembic(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Alembic as a deploy pipeline runs it."""
        return subprocess.run(
            [sys.executable, "-m", "alembic", "-c", str(self.folder / "alembic.ini"), *arguments],
            capture_output=True, text=True, env=dict(os.environ), check=False,
        )  # fmt: skip

    def ask(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def columns(self, table: str) -> list[str]:
        """The visible ones, in their order."""
        rows = self.ask(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped "
            "order by attnum",
            table,
        )
        return [row[0] for row in rows if not row[0].startswith("__retired_")]

    def applied(self, revision: str) -> list[tuple[Any, ...]]:
        return self.ask(
            "select change -> 'kinds' ->> 0, inverse_class, inverse, undone_at is not null "
            "from schemaguard.applied_change where revision = %s order by id",
            revision,
        )

    def restore(self) -> None:
        """Bring back whatever is retired."""
        self.ask("select schemaguard.restore(id) from schemaguard.retired_object order by id desc")

    def heads(self) -> list[str]:
        return [row[0] for row in self.ask("select version_num from alembic_version order by 1")]

    def is_locked(self) -> bool:
        return self.ask("select count(*) from pg_locks where locktype = 'advisory'") != [(0,)]
