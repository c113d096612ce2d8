"""A revision behind somebody who reads its table: it waits, is applied once, and nobody queues behind it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from schemaguard.adapters.control import restarts
from schemaguard.errors import RefusedError
from tests.postgres.guard.conftest import laid_out
from tests.postgres.guard.project import Project

REVISION = (
    'op.add_column("customers", sa.Column("seen", sa.Integer, server_default="0"))\n'
    'op.execute("update customers set seen = seen + 1")\n'
    'op.drop_column("transactions", "channel")\n'
    'op.execute("create table made (x int)")'
)


@contextmanager
def reading(project: Project) -> Iterator[threading.Event]:
    """A reader that holds the table until it was waited for, and a little longer; whether it was."""
    was_waited_for = threading.Event()
    reader = psycopg.connect(project.url)
    reader.execute("select count(*) from transactions")
    ((number,),) = project.ask("select 'transactions'::regclass::oid")

    def hold() -> None:
        with psycopg.connect(project.url, autocommit=True) as watcher:
            for _ in range(3000):
                if watcher.execute("select 1 from pg_locks where relation = %s and not granted", (number,)).fetchone():
                    was_waited_for.set()
                    time.sleep(0.6)
                    break
                time.sleep(0.01)
        reader.rollback()

    holding = threading.Thread(target=hold)
    holding.start()
    try:
        yield was_waited_for
    finally:
        holding.join()
        reader.close()


def is_applied_once(project: Project) -> None:
    assert project.columns("transactions") == ["id", "customer_id", "amount", "note"]
    assert project.ask("select seen from customers") == [(1,)]
    assert [row[0] for row in project.applied("0002")] == ["AddColumn", "UpdateRows", "DropColumn", "CreateTable"]
    assert project.ask("select count(*) from schemaguard.retired_object") == [(1,)]
    assert project.ask("select count(*) from schemaguard.ledger where event = 'retired'") == [(1,)]
    assert not project.is_locked()


@pytest.mark.parametrize("per_migration", [True, False])
def test_behind_a_reader_a_revision_is_applied_exactly_once(database: str, tmp_path: Path, per_migration: bool) -> None:
    project = laid_out(database, tmp_path, per_migration=per_migration, is_fenced=True)
    project.add(REVISION)
    with reading(project) as was_waited_for:
        project.upgrade()
        assert was_waited_for.is_set()
    is_applied_once(project)
    assert project.heads() == ["0002"]


def test_behind_a_reader_a_revision_is_applied_exactly_once_on_postgresql_15(database15: str, tmp_path: Path) -> None:
    project = laid_out(database15, tmp_path, is_fenced=True)
    project.add(REVISION)
    with reading(project) as was_waited_for:
        project.upgrade()
        assert was_waited_for.is_set()
    is_applied_once(project)


def test_while_it_waits_others_write_to_what_it_had_locked(fenced: Project) -> None:
    """The update of another table is taken back as well, so nobody waits for the whole second."""
    fenced.add('op.execute("lock table customers")\nop.drop_column("transactions", "channel")')
    with reading(fenced) as was_waited_for:
        migration = threading.Thread(target=fenced.upgrade)
        migration.start()
        was_waited_for.wait(30)
        with psycopg.connect(fenced.url, autocommit=True) as writer:
            writer.execute("update customers set country = 'AT'")
            # The reader is still there: the lock that the revision had already taken was given up meanwhile.
            is_held = fenced.ask(
                "select exists (select from pg_locks "
                "where relation = 'transactions'::regclass and mode = 'AccessShareLock')"
            )
        migration.join()
    assert is_held == [(True,)]
    assert "channel" not in fenced.columns("transactions")


def test_after_an_autocommit_block_the_statement_alone_is_tried_again(fenced: Project) -> None:
    fenced.add(
        "with op.get_context().autocommit_block():\n"
        '    op.create_index("amount_idx", "transactions", ["amount"])\n' + REVISION
    )
    with reading(fenced) as was_waited_for:
        fenced.upgrade()
        assert was_waited_for.is_set()
    assert fenced.ask("select seen from customers") == [(1,)]
    assert [row[0] for row in fenced.applied("0002")].count("CreateIndex") == 1
    assert fenced.columns("transactions") == ["id", "customer_id", "amount", "note"]
    assert fenced.heads() == ["0002"]


@pytest.mark.parametrize("per_migration", [True, False])
def test_a_table_that_stays_locked_is_reported_and_nothing_is_changed(
    database: str, tmp_path: Path, per_migration: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarts, "WAIT_S", 0.3)
    project = laid_out(database, tmp_path, per_migration=per_migration, is_fenced=True)
    project.add(REVISION)
    with psycopg.connect(project.url) as reader:
        reader.execute("select count(*) from transactions")
        with pytest.raises(RefusedError, match="other sessions kept locked what the statement needs") as caught:
            project.upgrade()
    assert caught.value.at.startswith("revision 0002: ALTER TABLE transactions DROP COLUMN channel")
    assert "channel" in project.columns("transactions")
    assert "seen" not in project.columns("customers")
    assert project.heads() == ["0001"]
    assert project.applied("0002") == []
    assert not project.is_locked()


SEEN = "op.execute(\"insert into seen select {!r}, current_setting('lock_timeout')\")\n"


def test_a_time_limit_that_a_migration_sets_itself_stays(each_database: str, tmp_path: Path) -> None:
    project = laid_out(each_database, tmp_path, is_fenced=True)
    project.add(
        'op.execute("create table seen (at text, is_now text)")\n'
        + SEEN.format("begin")
        + "op.execute(\"set lock_timeout = '3s'\")\n"
        + 'op.drop_column("transactions", "channel")\n'
        + SEEN.format("set")
        + "op.execute(\"set local lock_timeout = '4s'; create table made (x int)\")\n"
        + SEEN.format("local")
        + "with op.get_context().autocommit_block():\n"
        + '    op.create_index("amount_idx", "transactions", ["amount"])\n    '
        + SEEN.format("committed")
        + "    op.execute(\"set lock_timeout = '5s'\")\n    "
        + SEEN.format("outside")
        + '    op.execute("reset lock_timeout")\n    '
        + SEEN.format("reset")
    )
    project.upgrade()
    seen = dict(project.ask("select at, is_now from seen"))
    assert seen == {"begin": "0", "set": "3s", "local": "4s", "committed": "3s", "outside": "5s", "reset": "0"}
