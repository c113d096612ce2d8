"""Who holds what a statement of a migration waits for, in words."""

from typing import Any

import psycopg

from schemaguard.adapters.postgres.connection import longest_transaction
from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Name
from schemaguard.report.visible import visible
from schemaguard.sql.writing.identifiers import written

Connection = psycopg.Connection[tuple[Any, ...]]

_HOLDERS = """\
select a.pid, coalesce(nullif(a.application_name, ''), a.usename), a.state, c.oid::regclass::text,
    extract(epoch from clock_timestamp() - a.xact_start)::int, left(a.query, 120)
from pg_locks l join pg_stat_activity a on a.pid = l.pid join pg_class c on c.oid = l.relation
where l.granted and l.pid <> pg_backend_pid() and a.xact_start is not null
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
    and l.relation in (select to_regclass(name) from unnest(%s::text[]) name)
order by a.xact_start limit 1"""


def holder(connection: Connection, changes: tuple[Change, ...]) -> str:
    """The session that has held a table of these changes longest; where no table is known, the oldest transaction."""
    tables = [written(name) for name in dict.fromkeys(map(_table, changes)) if name is not None]
    row = connection.execute(_HOLDERS, (tables,)).fetchone() if tables else None
    if row is None:
        return visible(longest_transaction(connection))
    pid, who, state, table, seconds, query = row
    words = f"pid {pid} ({who}) has used {table} for {seconds} s and is {state}: {' '.join(query.split())}"
    return visible(words)


def _table(change: Change) -> Name | None:
    table = getattr(change, "table", None) or getattr(getattr(change, "index", None), "table", None)
    return table if isinstance(table, Name) else None
