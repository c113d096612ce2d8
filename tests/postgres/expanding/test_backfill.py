"""`schemaguard backfill`: every row once, whoever kills it and however many run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from schemaguard.adapters import control
from schemaguard.adapters.postgres.connection import connect
from schemaguard.commands.backfill import Pace, backfill
from schemaguard.commands.reading import open_reading
from schemaguard.commands.site import Site
from schemaguard.errors import DatabaseError, UsageError
from schemaguard.expanding.batching import Backfilled, batched, next_rows
from tests.conftest import fresh

ROWS = 6_000
BASE = """\
create table "S p"."t%s" (
    "a""b" int, "select" text, n int not null default 0, primary key ("select", "a""b")
);
"""
FILL = 'update "S p"."t%s" set n = n + 1;\n'
TABLE = '"S p"."t%s"'


@pytest.fixture(scope="module")
def url(server: str) -> Iterator[str]:
    with fresh(server) as made:
        with connect(made) as connection:
            control.install(connection)
            connection.execute('create schema "S p"')
        yield made


@pytest.fixture
def project(tmp_path: Path, url: str) -> Iterator[Path]:
    (tmp_path / "schemaguard.toml").write_text('migrations = "migrations"\n')
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/1_base.sql").write_text('create schema "S p";\n' + BASE)
    (tmp_path / "migrations/2_fill.sql").write_text(FILL)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(BASE.encode())
        connection.execute(f"insert into {TABLE} select i, i % 7 from generate_series(1, {ROWS}) i".encode())
        yield tmp_path
        connection.execute(f"drop table {TABLE}".encode())
        connection.execute("delete from schemaguard.backfill")


def run(folder: Path, url: str, *, again: bool = False) -> Backfilled:
    with Site(folder, database_url=url) as site:
        reading = open_reading(site.config, folder)
        (done,) = backfill(site, reading, None, "2_fill", Pace(0.005, 0), again=again)
    return done


def counted(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(f"select n, count(*) from {TABLE} group by 1".encode()).fetchall()


def test_every_row_is_filled_once_in_batches(project: Path, url: str) -> None:
    done = run(project, url)
    assert (done.row_count, done.was_done) == (ROWS, False)
    assert done.batch_count > 1
    assert counted(url) == [(1, ROWS)]


def test_a_second_run_finds_nothing_to_do_unless_it_is_told_to_go_again(project: Path, url: str) -> None:
    run(project, url)
    assert run(project, url).was_done
    assert counted(url) == [(1, ROWS)]
    assert run(project, url, again=True).row_count == ROWS
    assert counted(url) == [(2, ROWS)]


def started(project: Path, url: str) -> "subprocess.Popen[str]":
    program = [sys.executable, "-m", "schemaguard.cli", "backfill", "2_fill", "--batch-ms", "1", "--format", "json"]
    environ = {**os.environ, "SCHEMAGUARD_DATABASE_URL": url}
    return subprocess.Popen(program, cwd=project, env=environ, stdout=subprocess.PIPE, text=True)


def progress(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("select coalesce(sum(row_count), 0)::int from schemaguard.backfill").fetchone()
    assert row is not None
    return int(row[0])


def test_killed_it_goes_on_where_it_stopped_and_two_at_once_take_turns(project: Path, url: str) -> None:
    for _ in range(2):
        before, process = progress(url), started(project, url)
        while progress(url) == before and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert progress(url) > 0
    both = [started(project, url) for _ in range(2)]
    documents = [json.loads(process.communicate()[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert max(document["statements"][0]["rows"] for document in documents) == ROWS
    assert counted(url) == [(1, ROWS)]


def test_a_row_that_cannot_be_filled_stops_it_and_what_is_done_stays(project: Path, url: str) -> None:
    (project / "migrations/2_fill.sql").write_text(FILL.replace("n + 1", 'n + 1 / ("a""b" - 5000)'))
    with pytest.raises(DatabaseError, match="division by zero"):
        run(project, url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'delete from {TABLE} where "a""b" = 5000'.encode())
    assert run(project, url).row_count == ROWS - 1


def test_the_triggers_that_each_row_runs_are_named(project: Path, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create function touch() returns trigger language plpgsql as 'begin return new; end'")
        connection.execute(
            f"create trigger updated before update on {TABLE} for each row execute function touch()".encode()
        )
    assert run(project, url).triggers == ("updated",)


@pytest.mark.parametrize(
    ("sql", "head", "condition"),
    [
        ("update t set a = 1;", "update t set a = 1", None),
        (
            "UPDATE t SET a = (select x from y where z) WHERE b IS NULL",
            "UPDATE t SET a = (select x from y where z)",
            "b IS NULL",
        ),
        (
            "update t set a = 'where' where b is distinct from c -- end",
            "update t set a = 'where'",
            "b is distinct from c",
        ),
    ],
)
def test_an_update_is_taken_apart_at_its_own_condition(sql: str, head: str, condition: str | None) -> None:
    found = batched(sql)
    assert (found.head, found.condition) == (head, condition)


@pytest.mark.parametrize(
    "sql",
    ["update t set a = u.a from u where u.id = t.id", "update t set a = 1 returning a", "with x as (select) update t"],
)
def test_an_update_that_has_no_ranges_is_refused(sql: str) -> None:
    with pytest.raises(UsageError, match="can't be done in batches"):
        batched(sql)


def test_a_batch_follows_the_time_that_the_last_one_took() -> None:
    assert next_rows(1000, 0.1, 0.2) == 2000
    assert next_rows(1000, 0.001, 0.2) == 2000
    assert next_rows(1000, 2.0, 0.2) == 100
    assert next_rows(10, 9.0, 0.2) == 10
