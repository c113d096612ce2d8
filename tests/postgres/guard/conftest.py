"""A project with two tables and rows, migrated through the guard."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemaguard.adapters.control import fence
from tests.postgres.guard.attacks.field import connected
from tests.postgres.guard.project import Project
from tests.templates import Templates

TABLES = '''op.execute("""
create table customers (id bigint generated always as identity primary key, country text);
create table transactions (
    id bigint generated always as identity primary key, customer_id bigint references customers (id),
    amount numeric(12,2) not null, channel text not null default 'pos', note text);
create index transactions_channel_idx on transactions (channel);
create unique index transactions_note_key on transactions (note);
insert into customers (country) values ('CH');
insert into transactions (customer_id, amount, channel, note) select 1, n, 'web', n from generate_series(1, 20) n;
""")'''


def laid_out(url: str, folder: Path, *, per_migration: bool = True, is_fenced: bool = False) -> Project:
    made = Project(url, folder / "migrations")
    made.lay_out(per_migration=per_migration)
    made.install()
    if is_fenced:
        with connected(url) as connection:
            assert fence.raise_fence(connection).is_full
    made.add(TABLES)
    made.upgrade()
    return made


@pytest.fixture
def project(server: str, templates: Templates, tmp_path: Path) -> Iterator[Project]:
    yield from _copied(server, templates, tmp_path, is_fenced=False)


@pytest.fixture
def fenced(server: str, templates: Templates, tmp_path: Path) -> Iterator[Project]:
    """The same, and the server refuses by itself what would lose a value."""
    yield from _copied(server, templates, tmp_path, is_fenced=True)


def _copied(server: str, templates: Templates, folder: Path, *, is_fenced: bool) -> Iterator[Project]:
    def make(url: str, there: Path) -> None:
        laid_out(url, there, is_fenced=is_fenced)

    with templates.copy(server, "fenced" if is_fenced else "guarded", make) as (url, there):
        shutil.copytree(there / "migrations/versions", folder / "migrations/versions")
        made = Project(url, folder / "migrations", ["0001"])
        made.set_up()
        yield made
