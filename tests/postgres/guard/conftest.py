"""A project with two tables and rows, migrated through the guard."""

from pathlib import Path

import pytest

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


def laid_out(url: str, folder: Path, *, per_migration: bool = True) -> Project:
    made = Project(url, folder / "migrations")
    made.lay_out(per_migration=per_migration)
    made.install()
    made.add(TABLES)
    made.upgrade()
    return made


@pytest.fixture
def project(database: str, tmp_path: Path) -> Project:
    return laid_out(database, tmp_path)
