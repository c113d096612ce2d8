"""The catalog of a live database, and the revisions that Alembic's own table says are applied."""

import psycopg

from schemaguard.adapters.postgres.connection import Connection, connect, first_line, place
from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Catalog
from schemaguard.errors import DatabaseError
from schemaguard.frozen import dataclass

VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True)
class LiveCatalog:
    """What a database has; `revision` is empty where Alembic has no table there, `source` names no user or password."""

    source: str
    revision: str
    catalog: Catalog


def live_catalog(url: str) -> LiveCatalog:
    """The catalog that a database has. Raises DatabaseError where it can't be reached or read."""
    where = place(url)
    with connect(url) as connection:
        try:
            found = read_catalog(connection)
            revision = _applied(connection) if any(name.name == VERSION_TABLE for name in found.tables) else ""
        except psycopg.Error as error:
            raise DatabaseError(
                f"cannot read the catalog: {first_line(error)}",
                at=where,
                next="grant the role what it needs to read pg_catalog",
            ) from error
    return LiveCatalog(where, revision, found)


def _applied(connection: Connection) -> str:
    rows = connection.execute("select version_num from alembic_version order by 1").fetchall()
    return ",".join(str(row[0]) for row in rows)
