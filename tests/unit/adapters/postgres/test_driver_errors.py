"""What a driver says of its connection is told from what the server says of a statement, whoever wraps it."""

import asyncpg
import psycopg
import psycopg2
import pytest
from sqlalchemy.exc import DBAPIError

from schemaguard.adapters.postgres.driver import is_connection_lost


def wrapped(error: Exception) -> Exception:
    return DBAPIError("select 1", None, error)


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("the connection is closed"),
        psycopg.InterfaceError("cannot use it"),
        psycopg2.OperationalError("server closed the connection unexpectedly"),
        psycopg2.InterfaceError("connection already closed"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    ],
)
def test_a_connection_that_was_lost_is_told_by_every_driver(error: Exception) -> None:
    assert is_connection_lost(error)
    assert is_connection_lost(wrapped(error))
    outer = RuntimeError("a revision of a project")
    outer.__cause__ = error
    assert is_connection_lost(outer)
    while_it_was_handled = RuntimeError("can't reconnect until the transaction is rolled back")
    while_it_was_handled.__context__ = error
    assert is_connection_lost(while_it_was_handled)


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.DuplicateColumn("it is there"),
        psycopg2.errors.DuplicateColumn("it is there"),
        ValueError("no"),
        None,
    ],
)
def test_what_a_statement_or_the_code_has_wrong_is_no_lost_connection(error: Exception | None) -> None:
    assert not is_connection_lost(error)
