"""A project with two tables and rows, migrated through the guard."""

from pathlib import Path

import pytest

from schemaguard.adapters.control import fence
from tests.postgres.guard.attacks.field import connected
from tests.postgres.guard.project import Project

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
def project(database: str, tmp_path: Path) -> Project:
    return laid_out(database, tmp_path)


@pytest.fixture
def fenced(database: str, tmp_path: Path) -> Project:
    """The same, and the server refuses by itself what would lose a value."""
    return laid_out(database, tmp_path, is_fenced=True)
