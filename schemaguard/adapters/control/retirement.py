"""Carrying a retirement out on a live database, and writing down the way back, in the caller's transaction."""

from typing import Any

import psycopg

from schemaguard.adapters.control import changes
from schemaguard.applying.retirement import Retirement, retire_column, retire_table
from schemaguard.catalog.objects import Catalog, Name

Connection = psycopg.Connection[tuple[Any, ...]]


def plan(connection: Connection, catalog: Catalog, table: Name, column: str | None) -> Retirement:
    """What would take a column (or, without one, a table) out of sight; RefusedError where nothing can."""
    token = changes.next_number(connection)
    return retire_column(catalog, table, column, token) if column else retire_table(catalog, table, token)


def carry_out(
    connection: Connection, made: Retirement, *, applied: int | None = None, operation: int | None = None
) -> None:
    """Take it out of sight. `applied` is the change whose drop this is, `operation` the operation that retires it."""
    for statement in made.retire:
        connection.execute(statement.encode())
    changes.write_retired(connection, made, applied=applied, operation=operation)
