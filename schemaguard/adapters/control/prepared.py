"""Transactions that are prepared: what COMMIT writes, kept by the server until somebody says commit or take back.

A prepared transaction outlives its session and its server, and keeps its locks. Its name says which run of a fleet it
belongs to, so that whoever finds it knows whom to ask.
See https://www.postgresql.org/docs/18/sql-prepare-transaction.html.
"""

from collections.abc import Callable
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.connection import begun

Connection = psycopg.Connection[tuple[Any, ...]]

PREFIX = "schemaguard:"
_OURS: LiteralString = """\
select gid from pg_prepared_xacts
where database = current_database() and gid like 'schemaguard:%' order by prepared, gid"""


def gid(label: str, task: int) -> str:
    """The name of the prepared transaction of one member of a run."""
    return f"{PREFIX}{label}:{task}"


def label_of(name: str) -> str:
    """The run that a prepared transaction belongs to."""
    return name.removeprefix(PREFIX).rpartition(":")[0]


def ours(connection: Connection) -> tuple[str, ...]:
    """The names of those that are left in this database, oldest first."""
    return tuple(row[0] for row in connection.execute(_OURS))


def most(connection: Connection) -> int:
    """How many transactions the server keeps prepared at once; 0: none can be."""
    row = connection.execute("select current_setting('max_prepared_transactions')::int").fetchone()
    assert row is not None
    return int(row[0])


def prepare(connection: Connection, name: str, act: Callable[[Connection], object]) -> None:
    """Carry an act out in a transaction that is prepared under that name: it is neither committed nor taken back.

    What is deferred to COMMIT is checked here. Retried as a whole, as any transaction of ours. The act may neither
    NOTIFY nor touch a temporary table: the server refuses to prepare that.
    """

    def carry_out(connection: Connection) -> None:
        act(connection)
        connection.execute(sql.SQL("prepare transaction {}").format(sql.Literal(name)), prepare=False)

    begun(connection, carry_out)


def settle(connection: Connection, name: str, *, commit: bool) -> bool:
    """Commit a prepared transaction or take it back; whether it was there."""
    if name not in ours(connection):
        return False
    verb = "commit" if commit else "rollback"
    try:
        connection.execute(sql.SQL(f"{verb} prepared {{}}").format(sql.Literal(name)), prepare=False)
    except psycopg.errors.UndefinedObject:
        # Somebody else settled it a moment ago, and in the same way: there is one decision.
        return False
    return True
