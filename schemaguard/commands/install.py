"""install: make the control schema, or bring it up to date."""

from schemaguard.adapters import control
from schemaguard.adapters.control import fence
from schemaguard.adapters.postgres.connection import connect
from schemaguard.applying.fencing import FenceState
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
    fence: FenceState
    fence_remark: str = ""
    """Why the fence isn't full."""
    owner_remark: str = ""
    """Why the control schema doesn't belong to its own role."""


def install(site: Site) -> Installed:
    """Install what is missing, let Alembic's version table refuse held revisions, and put the fence up where that is
    allowed and nobody took it down. Running it again is harmless.

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
        watched = control.watch(connection)
        raised = None if fence.is_declined(connection) else fence.raise_fence(connection)
        return Installed(
            connection.info.dbname,
            versions,
            control.version(connection),
            watched,
            fence.fence_state(connection),
            raised.why if raised is not None else "",
            raised.owner_remark if raised is not None else "",
        )
