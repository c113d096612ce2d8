"""Looks from a table that a model writes: one statement counts every look that is due, on the server's own clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.connection import Connection, first_line
from schemaguard.playbooks.due import DueSpans
from schemaguard.playbooks.look import Counted, Look, MissingLook
from schemaguard.playbooks.playbook import MeasurementSource, PlaybookTrigger
from schemaguard.playbooks.trip import QuantileAbove, ShareBelow

_PATIENCE = "5s"
_DUE = "select date_bin(%s, clock_timestamp() - make_interval(secs => %s), timestamptz 'epoch')"
# A look reaches from its beginning, which belongs to the look before, to its end.
_COUNT = """\
select date_bin(%(length)s, {time}::timestamptz - interval '1 microsecond', timestamptz 'epoch') + %(length)s,
       {version}::text, count(*), count(*) filter (where {failure})
from {table} where {time} > %(since)s and {time} <= %(until)s and {version} is not null group by 1, 2"""


def latest_end(connection: Connection, source: MeasurementSource, length: timedelta) -> datetime:
    """When the newest look ends that is due now."""
    row = connection.execute(_DUE, (length, source.settle.total_seconds())).fetchone()
    assert row is not None
    end: datetime = row[0]
    return end.astimezone(UTC)


def looks(
    connection: Connection, source: MeasurementSource, trigger: PlaybookTrigger, due: DueSpans, length: timedelta
) -> tuple[Look | MissingLook, ...]:
    """What a table has of each look. What can't be counted is missing, with the reason: nothing is raised for it.

    Raises psycopg's OperationalError where the connection is lost.
    """
    try:
        return due.looks(_counted(connection, source, trigger, due.spans[0][0], due.spans[-1][1], length))
    except psycopg.Error as error:
        if connection.closed or connection.broken:
            raise
        return due.missing(first_line(error))


@contextmanager
def reading(connection: Connection) -> Iterator[None]:
    """A transaction in which a look is taken."""
    with connection.transaction():
        # Whatever a condition calls, it writes nothing.
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute(f"set local statement_timeout = '{_PATIENCE}'")
        # A time without a zone is one of UTC.
        connection.execute("set local timezone = 'UTC'")
        yield


def _counted(
    connection: Connection,
    source: MeasurementSource,
    trigger: PlaybookTrigger,
    since: datetime,
    until: datetime,
    length: timedelta,
) -> dict[datetime, dict[str, Counted]]:
    assert source.table is not None
    assert source.version_column is not None
    assert source.time_column is not None
    query = sql.SQL(_COUNT).format(
        time=sql.Identifier(source.time_column),
        version=sql.Identifier(source.version_column),
        table=sql.Identifier(*source.table.split(".", 1)),
        failure=failure(trigger),
    )
    found: dict[datetime, dict[str, Counted]] = {}
    with reading(connection):
        for end, version, total, failed in connection.execute(query, _values(since, until, length)):
            found.setdefault(end, {})[version] = Counted(failed, total)
    return found


def _values(since: datetime, until: datetime, length: timedelta) -> dict[str, Any]:
    return {"since": since, "until": until, "length": length}


def failure(trigger: PlaybookTrigger) -> sql.Composable:
    """What a failure is, as a condition over a row."""
    measure, line = trigger.measure, trigger.trip
    if isinstance(line, QuantileAbove):
        assert measure.column is not None
        return sql.SQL("{} > {}").format(sql.Identifier(measure.column), sql.Literal(line.limit))
    if measure.is_null:
        assert measure.column is not None
        return sql.SQL("{} is null").format(sql.Identifier(measure.column))
    assert measure.where is not None
    # The text is a condition over the row alone: the playbook was refused otherwise. A percent sign isn't a parameter.
    condition = sql.SQL(measure.where.replace("%", "%%"))
    whole = sql.SQL("({})").format(condition)
    return sql.SQL("{} is not true").format(whole) if isinstance(line, ShareBelow) else whole
