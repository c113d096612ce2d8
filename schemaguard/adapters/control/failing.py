"""What the driver raises, as one of our errors: what happened, where, and what to do next."""

from typing import Any

import psycopg

from schemaguard.adapters.postgres import connection as postgres
from schemaguard.errors import DatabaseError
from schemaguard.releases.ports import ConnectionLostError

Connection = psycopg.Connection[tuple[Any, ...]]


def our_error(error: psycopg.Error, connection: Connection, url: str, *, is_read_only: bool) -> DatabaseError:
    """The driver's error; ConnectionLostError where nobody knows any more what was committed, or a standby answers.

    `is_read_only`: the session was opened so that it can't write.
    """
    place = postgres.place(url)
    if connection.closed or connection.broken:
        return ConnectionLostError(
            f"the connection to the database was lost: {postgres.first_line(error)}",
            at=place,
            next="once the database answers again: schemaguard status, then schemaguard resume",
        )
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction) and not is_read_only:
        # What was the primary may be a standby now, and another one takes the writes.
        return ConnectionLostError(
            "the database takes no writes: it is a standby, or set to read only",
            at=place,
            next="name the primary, or every host: postgresql://a,b/database?target_session_attrs=read-write",
        )
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return DatabaseError(
            f"other sessions kept the tables locked: {postgres.longest_transaction(connection)}",
            at=place,
            next="wait for it or end it (pg_terminate_backend), then: schemaguard resume",
        )
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return DatabaseError(
            f"the database refused the statement: {postgres.first_line(error)}",
            at=place,
            next="ask an administrator to run it, or to grant what is missing",
        )
    return DatabaseError(
        f"the database refused the statement: {postgres.first_line(error)}",
        at=f"{place}{f', SQLSTATE {error.sqlstate}' if error.sqlstate else ''}",
        next="schemaguard status shows whether an operation is open; schemaguard resume continues it",
    )
