"""Transactions that are prepared: what COMMIT writes, kept by the server until somebody says commit or take back.

A prepared transaction outlives its session and its server, and keeps its locks. Its name says which run of a fleet it
belongs to, so that whoever finds it knows whom to ask.
See https://www.postgresql.org/docs/18/sql-prepare-transaction.html.
"""

from typing import Any, LiteralString

import psycopg

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
