"""The least and the greatest value of columns, as a database has them at this moment."""

from collections.abc import Iterator, Mapping, Sequence

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.connection import Connection, connect, first_line, place
from schemaguard.catalog.objects import Name
from schemaguard.errors import DatabaseError

STATEMENT_TIMEOUT_S = 60
Extremes = dict[tuple[Name, str], tuple[str, str]]


def extremes(url: str, columns: Mapping[Name, Sequence[str]]) -> Extremes:
    """(table, column) → (least, greatest) of every column that has a value, in one read-only transaction.

    Raises DatabaseError where the database can't be reached, or a statement takes longer than STATEMENT_TIMEOUT_S.
    """
    with connect(url) as connection:
        try:
            with connection.transaction():
                connection.execute("set transaction read only")
                connection.execute(f"set local statement_timeout = '{STATEMENT_TIMEOUT_S}s'")
                return {key: found for name in columns for key, found in _of(connection, name, columns[name])}
        except psycopg.Error as error:
            raise DatabaseError(
                f"the bounds of the data can't be read: {first_line(error)}",
                at=place(url),
                next="check that its migrations have run and that this role may read it, or leave out --bounds-from",
            ) from error


def _of(
    connection: Connection, table: Name, columns: Sequence[str]
) -> Iterator[tuple[tuple[Name, str], tuple[str, str]]]:
    asked = sql.SQL(", ").join(
        sql.SQL("min({0})::text, max({0})::text").format(sql.Identifier(column)) for column in columns
    )
    name = sql.Identifier(table.schema or "public", table.name)
    row = connection.execute(sql.SQL("select {} from {}").format(asked, name)).fetchone() or ()
    for number, column in enumerate(columns):
        least, greatest = row[2 * number : 2 * number + 2]
        if least is not None:
            yield (table, column), (least, greatest)
