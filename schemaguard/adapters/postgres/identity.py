"""Which database a connection leads to, whatever its URL calls it."""

from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]

# A server's start, to the microsecond, is told to everybody; its system identifier isn't everywhere.
_WHICH = """\
select current_database()::text, d.oid::text || '@' || pg_postmaster_start_time()::text
from pg_database d where d.datname = current_database()"""


def which_database(connection: Connection) -> tuple[str, str]:
    """(its name, what tells it from every other database for as long as its server runs)."""
    # Written in the session's time zone, the same moment would look like another one.
    connection.execute("select set_config('timezone', 'UTC', true)")
    row = connection.execute(_WHICH).fetchone()
    assert row is not None
    return str(row[0]), str(row[1])
