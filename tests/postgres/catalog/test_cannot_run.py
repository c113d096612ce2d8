"""What the server certainly refuses is said as an error, and nothing else is."""

from pathlib import Path

import psycopg
import pytest

from tests.check.checking import checked
from tests.conftest import fresh
from tests.postgres.catalog.refused import BEFORE, ELSEWHERE, REFUSED, RUNS, RUNS_SINCE_17


def _sqlstate(url: str, statements: str) -> str | None:
    """What the server answers; everything is undone afterwards, as far as the statements let it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema public cascade; drop schema if exists app cascade; create schema public")
        for one in (*BEFORE.split(";\n"), *ELSEWHERE.split(";"), *statements.split("; ")):
            try:
                if one.strip():
                    connection.execute(one.encode())
            except psycopg.Error as error:
                return error.sqlstate
    return None


def _cannot_run(folder: Path, statements: str) -> list[str]:
    migrations = folder / "migrations"
    migrations.mkdir(exist_ok=True)
    (migrations / "001_before.sql").write_text(BEFORE)
    (migrations / "002_example.sql").write_text(";\n".join(statements.split("; ")) + ";\n")
    found = checked(folder, "migrations").findings
    return [finding.message for finding in found if finding.rule in ("cannot-run", "syntax-error")]


def test_the_server_refuses_them_as_the_table_says(each_database: str) -> None:
    answers = {text: _sqlstate(each_database, text) for text, _ in REFUSED}
    assert answers == dict(REFUSED)


def test_the_server_runs_the_look_alikes(each_database: str) -> None:
    assert {text: answer for text in RUNS if (answer := _sqlstate(each_database, text)) is not None} == {}


def test_the_newest_server_runs_what_older_ones_refuse(server18: str) -> None:
    with fresh(server18) as url:
        assert [_sqlstate(url, text) for text in RUNS_SINCE_17] == [None] * len(RUNS_SINCE_17)


@pytest.mark.parametrize(("text", "sqlstate"), REFUSED, ids=[text for text, _ in REFUSED])
def test_what_is_refused_is_an_error(text: str, sqlstate: str, tmp_path: Path) -> None:
    assert len(_cannot_run(tmp_path, text)) == 1, sqlstate


@pytest.mark.parametrize("text", RUNS + RUNS_SINCE_17)
def test_what_runs_is_no_error(text: str, tmp_path: Path) -> None:
    assert _cannot_run(tmp_path, text) == []
