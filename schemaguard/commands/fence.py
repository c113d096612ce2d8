"""fence: put the fence up, take it down, say how well the database keeps what is dropped."""

from collections.abc import Sequence

from schemaguard.adapters.control import fence as control_fence
from schemaguard.applying.fencing import FenceState
from schemaguard.commands.site import Site
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Fenced:
    """The fence as it is now; `remark` says why it isn't what was asked for."""

    database: str
    state: FenceState
    remark: str = ""


def put_up(
    site: Site,
    *,
    keep: str | None = None,
    leave_out: Sequence[str] | None = None,
    most_rows: int | None = None,
    most_mb: int | None = None,
) -> Fenced:
    """Put it up, or change what it keeps (`all`, or what `contracts` name), which schemas it leaves out, and how many
    rows and megabytes (10^6 bytes) are kept of what a revision changes in a table.

    Where the server allows this role no event triggers, sentinel views are made instead, and the remark says so.
    DatabaseError where there is no control schema, or an old one.
    """
    connection = site.database.connection
    most = (most_rows, most_mb * 1_000_000 if most_mb is not None else None)
    raised = control_fence.raise_fence(connection, keep=keep, left_out=leave_out, most=most)
    return Fenced(connection.info.dbname, control_fence.fence_state(connection), raised.why)


def take_down(site: Site) -> Fenced:
    """Take it down, as for a major upgrade of a managed database; until it is up again, drops lose what they drop."""
    connection = site.database.connection
    control_fence.take_down(connection)
    return Fenced(connection.info.dbname, control_fence.fence_state(connection))


def state(site: Site) -> Fenced:
    """How well each table is kept."""
    connection = site.database.connection
    return Fenced(connection.info.dbname, control_fence.fence_state(connection))
