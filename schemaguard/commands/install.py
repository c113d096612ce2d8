"""install: make the control schema, or bring it up to date."""

from schemaguard.adapters import control
from schemaguard.adapters.postgres.connection import connect
from schemaguard.commands.site import Site
from schemaguard.errors import DatabaseError
from schemaguard.frozen import dataclass

OLDEST_SERVER = 15


@dataclass(frozen=True, slots=True)
class Installed:
    """What was installed: the versions that were missing, and whether Alembic's table is watched (None: none there)."""

    database: str
    versions: tuple[int, ...]
    version: int
    watched: str | None


def install(site: Site) -> Installed:
    """Install what is missing, and let Alembic's version table refuse held revisions. Running it again is harmless.

    DatabaseError where the database can't be reached, is too old, or the role may not do it.
    """
    with connect(site.database_url) as connection:
        server = connection.info.server_version // 10000
        if server < OLDEST_SERVER:
            raise DatabaseError(
                f"PostgreSQL {server} is not supported",
                at=f"database {connection.info.dbname}",
                next=f"use PostgreSQL {OLDEST_SERVER} or newer",
            )
        versions = control.install(connection)
        return Installed(connection.info.dbname, versions, control.version(connection), control.watch(connection))
