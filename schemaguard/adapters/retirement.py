"""Carrying a retirement out on a live database, and writing down the way back, in the caller's transaction."""

from typing import Any

import psycopg

from schemaguard.adapters import introspect
from schemaguard.adapters.control import changes
from schemaguard.catalog.objects import Name
from schemaguard.releases.retirement import Retirement, retire_column, retire_table

Connection = psycopg.Connection[tuple[Any, ...]]


def retire(
    connection: Connection,
    table: Name,
    column: str | None,
    *,
    applied: int | None = None,
    operation: int | None = None,
) -> Retirement:
    """Take a column (or, without one, a table) out of sight; RefusedError before anything is touched where it can't be.

    `applied` is the change whose drop this is, `operation` the operation that retires it.
    """
    token = changes.next_number(connection)
    catalog = introspect.read_catalog(connection)
    made = retire_column(catalog, table, column, token) if column else retire_table(catalog, table, token)
    for statement in made.retire:
        connection.execute(statement.encode())
    changes.write_retired(connection, made, applied=applied, operation=operation)
    return made
