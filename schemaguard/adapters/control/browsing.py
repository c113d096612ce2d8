"""Operations with the times of their steps, retired objects with their sizes, and the ledger, read in one go."""

from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.control import journal, ledger, revision, situation
from schemaguard.ledger.verification import verify
from schemaguard.releases.records import ControlRecords, KeptObject, OperationRecord
from schemaguard.releases.release import Retired, StepName

Connection = psycopg.Connection[tuple[Any, ...]]

_TIMES = "select operation, name, started_at, ended_at from schemaguard.step"
# What ANALYZE knows: adding up the values themselves would read the whole table.
_COLUMN_SIZE = """\
select (greatest(c.reltuples, 0) * s.avg_width * (1 - s.null_frac))::bigint
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_stats s on (s.schemaname, s.tablename) = (n.nspname, c.relname)
where (n.nspname, c.relname, s.attname) = (%s, %s, %s)"""
_TABLE_SIZE = "select pg_total_relation_size(to_regclass(%s))"
_MARK = """\
select concat_ws(' ',
    (select coalesce(max(position), 0) from schemaguard.ledger),
    (select md5(coalesce(string_agg(concat_ws(' ', o.id, o.state), ',' order by o.id), ''))
        from schemaguard.operation o),
    (select md5(coalesce(string_agg(concat_ws(' ', s.operation, s.position, s.state), ',' order by s.operation,
        s.position), '')) from schemaguard.step s join schemaguard.operation o on o.id = s.operation
        where o.state in ('open', 'waiting')),
    (select coalesce(string_agg(h.revision, ',' order by h.revision), '') from schemaguard.held_revision h),
    (select count(*) from schemaguard.server_lease where lease_until > now()),
    (select coalesce(sum(epoch), 0) from schemaguard.server_lease))"""


def read(connection: Connection) -> ControlRecords:
    """Everything, in the caller's transaction."""
    times: dict[int, dict[StepName, tuple[datetime | None, datetime | None]]] = {}
    for operation, name, started, ended in connection.execute(_TIMES):
        times.setdefault(operation, {})[StepName(name)] = (started, ended)
    operations = journal.read_all(connection)
    return ControlRecords(
        operations=tuple(OperationRecord(each, times.get(each.id, {})) for each in reversed(operations)),
        kept=tuple(KeptObject(each, _size(connection, each)) for each in situation.retired(connection)),
        entries=ledger.read(connection),
        verification=verify(ledger.read_state(connection)),
        heads=revision.heads(connection),
        held_at=dict(connection.execute("select revision, held_at from schemaguard.held_revision").fetchall()),
    )


def mark(connection: Connection) -> str:
    """A text that differs from the one before where something was done since."""
    row = connection.execute(_MARK).fetchone()
    assert row is not None
    return str(row[0])


def _size(connection: Connection, each: Retired) -> int | None:
    hidden = each.hidden_table
    if each.column is None:
        name = sql.Identifier(hidden.schema or "public", hidden.name).as_string(connection)
        row = connection.execute(_TABLE_SIZE, (name,)).fetchone()
    else:
        row = connection.execute(_COLUMN_SIZE, (hidden.schema or "public", hidden.name, each.hidden_column)).fetchone()
    return int(row[0]) if row is not None and row[0] is not None else None
