"""The release windows as the control schema has them now."""

from datetime import datetime
from typing import Any

import psycopg

from schemaguard.window.window import Window, WindowEntry, superseded_until

Connection = psycopg.Connection[tuple[Any, ...]]

_ENTRIES = """\
select r.model, r.model_version, r.released_at, r.superseded_at, r.window_until, c.digest, c.document, c.file,
    case r.model_version when p.active then 'active' when p.canary then 'canary' when p.fallback then 'fallback' end
from schemaguard.release r
join schemaguard.contract c on c.digest = r.contract
left join schemaguard.pointer p on p.model = r.model
order by r.model, r.published_at, r.model_version"""


def read_window(connection: Connection, at: datetime | None = None) -> Window:
    """Who is in the window by the pointer and the releases, now or at another time."""
    row = connection.execute("select now()").fetchone()
    assert row is not None
    moment = at or row[0]
    return Window("live", moment, tuple(_entry(*row) for row in connection.execute(_ENTRIES)))


def _entry(
    model: str,
    version: str,
    released_at: datetime | None,
    superseded_at: datetime | None,
    window_until: datetime | None,
    digest: str,
    document: Any,
    file: str,
    role: str | None,
) -> WindowEntry:
    if role is not None:
        return WindowEntry(model, version, role, None, digest, released_at)
    if superseded_at is None:
        return WindowEntry(model, version, "published", None, digest, released_at)
    from schemaguard.contracts import odcs

    contract = odcs.from_document(document, file, digest)
    until = superseded_until(superseded_at, contract.supported_until)
    until = max(until, window_until) if window_until else until
    return WindowEntry(model, version, "superseded", until, digest, released_at)
