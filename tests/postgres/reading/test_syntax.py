"""What PostgreSQL's parser of 18 refuses, and what servers of several versions say: they parse without running it."""

from random import Random

import psycopg
import pytest
from psycopg.pq import DiagnosticField, ExecStatus

from schemaguard.catalog.changes import NoEffect, Unreadable
from schemaguard.sql.reading.confirming import confirmed
from tests.fuzz.grammar import damaged, statement

_REFUSED_BY_PARSERS = ("42601", "42939", "0A000", "42P10")
"""SQLSTATEs of what gram.y itself refuses: syntax_error, and what its actions raise."""
_FREE_ON_15 = [
    "create temp table t (system_user text)",
    "create function pg_temp.json_value(a json, b text) returns text language sql as 'select 1'",
    "create temp table t (a json_table)",
]


@pytest.mark.parametrize("version", ["15", "18"])
def test_what_counts_as_a_syntax_error_is_one_on_every_version(request: pytest.FixtureRequest, version: str) -> None:
    draw = Random(11)
    texts = {damaged(draw, statement(draw)) for _ in range(300)}
    read = (NoEffect("X"),)
    refused = [text for text in sorted(texts) if isinstance(confirmed(text, read)[0], Unreadable)]
    assert len(refused) > 150
    with psycopg.connect(request.getfixturevalue(f"server{version}"), autocommit=True) as connection:
        taken = [text for text in refused if _parsed(connection, text) not in _REFUSED_BY_PARSERS]
    assert taken == []


@pytest.mark.parametrize("sql", _FREE_ON_15)
def test_what_15_still_takes_does_not_count(server15: str, sql: str) -> None:
    with psycopg.connect(server15, autocommit=True) as connection:
        assert _parsed(connection, sql) is None
    read = (NoEffect("X"),)
    assert confirmed(sql, read) is read


def _parsed(connection: psycopg.Connection[object], text: str) -> str | None:
    """The SQLSTATE with which the server refuses to prepare a statement, None where it takes it."""
    result = connection.pgconn.prepare(b"", text.encode())
    if result.status != ExecStatus.FATAL_ERROR:
        return None
    return (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
