"""A downgrade under the guard gives back what its upgrade retired, with its values and what was written meanwhile."""

from pathlib import Path

import pytest

from tests.postgres.guard.conftest import laid_out
from tests.postgres.guard.project import Project

KEPT = "select count(*), count(distinct channel), min(channel) from transactions"
NUMBER_OF_COLUMNS = "select count(*) from pg_attribute where attrelid = 'transactions'::regclass and attnum > 0"
ADDED_AGAIN = {
    "op.add_column": 'op.add_column("transactions", sa.Column("channel", sa.Text, nullable=False))',
    "SQL": "op.execute(\"ALTER TABLE transactions ADD COLUMN IF NOT EXISTS channel text NOT NULL DEFAULT 'pos'\")",
    "SQL with the schema": 'op.execute("alter table public.transactions add channel text")',
    "with its index": 'op.add_column("transactions", sa.Column("channel", sa.Text))\n'
    'op.create_index("transactions_channel_idx", "transactions", ["channel"])',
}


def comes_back(project: Project, back: str) -> None:
    """Twice, for the second time must find the newer retirement."""
    project.add('op.drop_column("transactions", "channel")', back)
    for rows in (21, 22):
        project.upgrade()
        assert "channel" not in project.columns("transactions")
        project.ask("insert into transactions (customer_id, amount) values (1, 99)")
        project.downgrade("0001")
        assert project.columns("transactions") == ["id", "customer_id", "amount", "channel", "note"]
        assert project.ask(NUMBER_OF_COLUMNS) == [(5,)]
        # Rows written meanwhile have the default; those from before have what they had.
        assert project.ask(KEPT) == [(rows, 2, "pos")]
        assert project.ask("select count(*) from transactions where channel = 'web'") == [(20,)]
    assert project.ask("select count(*) from schemaguard.retired_object where restored_at is null") == [(0,)]
    assert project.ask("select count(*) from pg_index where indrelid = 'transactions'::regclass") == [(3,)]
    assert project.heads() == ["0001"]


@pytest.mark.parametrize("back", ADDED_AGAIN.values(), ids=ADDED_AGAIN)
def test_a_downgrade_gives_a_column_back_with_its_values(fenced: Project, back: str) -> None:
    comes_back(fenced, back)


def test_a_downgrade_gives_a_column_back_on_postgresql_15(database15: str, tmp_path: Path) -> None:
    comes_back(laid_out(database15, tmp_path, is_fenced=True), ADDED_AGAIN["op.add_column"])


def test_a_downgrade_gives_a_column_back_where_no_fence_stands(project: Project) -> None:
    comes_back(project, ADDED_AGAIN["op.add_column"])


def test_a_downgrade_gives_a_table_back_with_its_rows_keys_and_sequence(fenced: Project) -> None:
    fenced.add(
        'op.drop_table("transactions")',
        'op.create_table("transactions", sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),\n'
        '    sa.Column("customer_id", sa.BigInteger, sa.ForeignKey("customers.id")), sa.Column("amount", sa.Numeric),\n'
        '    sa.Column("channel", sa.Text), sa.Column("note", sa.Text))\n'
        'op.create_index("transactions_channel_idx", "transactions", ["channel"])\n'
        'op.create_index("transactions_note_key", "transactions", ["note"], unique=True)',
    )
    before = fenced.ask("select * from transactions order by id")
    fenced.upgrade()
    assert fenced.ask("select to_regclass('transactions')") == [(None,)]
    fenced.ask("insert into customers (country) values ('AT')")
    fenced.downgrade("0001")
    assert fenced.ask("select * from transactions order by id") == before
    assert fenced.ask("insert into transactions (customer_id, amount) values (2, 5) returning id") == [(21,)]
    keys = fenced.ask(
        "select conname from pg_constraint "
        "where conrelid = 'transactions'::regclass and contype in ('p', 'f') order by 1"
    )
    assert keys == [("transactions_customer_id_fkey",), ("transactions_pkey",)]
    assert fenced.ask("select 1 from pg_namespace where nspname like 'schemaguard_retired%'") == []


def test_what_comes_back_with_its_key_gets_no_second_one(fenced: Project) -> None:
    fenced.add(
        'op.drop_column("transactions", "customer_id")\nop.drop_column("transactions", "note")',
        'op.add_column("transactions", sa.Column("customer_id", sa.BigInteger, sa.ForeignKey("customers.id")))\n'
        'op.execute("alter table transactions add column note text unique")',
    )
    keys = (
        "select conname::text from pg_constraint where conrelid = 'transactions'::regclass and contype in ('f', 'u') "
        "union all select indexrelid::regclass::text from pg_index where indrelid = 'transactions'::regclass order by 1"
    )
    before = fenced.ask(keys)
    fenced.upgrade()
    fenced.downgrade("0001")
    assert fenced.ask("select count(customer_id), count(note) from transactions") == [(20, 20)]
    assert fenced.ask(keys) == before


def test_a_downgrade_gives_back_each_retirement_of_a_name_that_was_used_twice(fenced: Project) -> None:
    add = 'op.add_column("transactions", sa.Column("channel", sa.Text))'
    drop = 'op.drop_column("transactions", "channel")'
    fenced.add(drop, add)
    fenced.add(add, drop)
    fenced.upgrade()
    fenced.ask("update transactions set channel = 'new'")
    fenced.downgrade("0001")
    assert fenced.ask("select distinct channel from transactions") == [("web",)]
    fenced.upgrade("0002")
    assert "channel" not in fenced.columns("transactions")


@pytest.mark.parametrize("name", ["Mixed Case", 'a"b', "50%"])
def test_a_downgrade_gives_quoted_names_back(fenced: Project, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    for statement in (f"create table {quoted} ({quoted} int, x int)", f"insert into {quoted} values (7, 8)"):
        fenced.ask(statement)
    fenced.add(f"op.drop_column({name!r}, {name!r})", f"op.add_column({name!r}, sa.Column({name!r}, sa.Integer))")
    fenced.add(f"op.drop_table({name!r})", f"op.create_table({name!r}, sa.Column('x', sa.Integer))")
    fenced.upgrade()
    fenced.downgrade("0001")
    assert fenced.ask(f"select {quoted} from {quoted}") == [(7,)]


def test_a_statement_that_also_makes_something_else_is_refused_and_nothing_is_changed(fenced: Project) -> None:
    fenced.add(
        'op.drop_column("transactions", "channel")',
        'op.execute("alter table transactions add channel text, add other text")',
    )
    fenced.upgrade()
    done = fenced.alembic("downgrade", "0001")
    assert done.returncode != 0
    assert "makes what was retired and also something else" in " ".join((done.stdout + done.stderr).split())
    assert fenced.columns("transactions") == ["id", "customer_id", "amount", "note"]
    assert fenced.heads() == ["0002"]
