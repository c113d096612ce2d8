"""The catalog of the database that a session queried, as that session's unqualified names meant it."""

import psycopg

from schemaguard.adapters.postgres.connection import connect, first_line, place
from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Catalog
from schemaguard.errors import DatabaseError
from schemaguard.frozen import replace

STATEMENT_TIMEOUT_S = 60


def session_catalog(url: str, search_path: str | None) -> Catalog:
    """Read the catalog on a connection of its own, which can't write; None stands for the search_path that it gets.

    Raises DatabaseError where the database can't be reached or read.
    """
    with connect(url) as connection:
        try:
            connection.execute("set default_transaction_read_only = on")
            connection.execute(f"set statement_timeout = '{STATEMENT_TIMEOUT_S}s'")
            if search_path is not None:
                connection.execute("select set_config('search_path', %s, false)", (search_path,))
            row = connection.execute("select current_schemas(false)").fetchone()
            found = read_catalog(connection)
        except psycopg.Error as error:
            raise DatabaseError(
                f"cannot read the catalog: {first_line(error)}",
                at=place(url),
                next="grant the role what it needs to read pg_catalog",
            ) from error
    return replace(found, search_path=tuple(row[0]) if row is not None else ())
