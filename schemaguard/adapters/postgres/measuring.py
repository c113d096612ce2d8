"""Looks from a table that a model writes: one statement counts every look that is due, on the server's own clock."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.connection import Connection, first_line
from schemaguard.frozen import dataclass
from schemaguard.playbooks.look import Counted, Look, MissingLook
from schemaguard.playbooks.playbook import MeasurementSource, PlaybookTrigger
from schemaguard.playbooks.trip import QuantileAbove, ShareBelow

_PATIENCE = "5s"
MOST_LOOKS = 8_640
"""So many are caught up with at once: a day of looks of ten seconds."""
_DUE = "select date_bin(%s, clock_timestamp() - make_interval(secs => %s), timestamptz 'epoch')"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A look reaches from its beginning, which belongs to the look before, to its end.
_COUNT = """\
select date_bin(%(length)s, {time}::timestamptz - interval '1 microsecond', timestamptz 'epoch') + %(length)s,
       {version}::text, count(*), count(*) filter (where {failure})
from {table} where {time} > %(since)s and {time} <= %(until)s and {version} is not null group by 1, 2"""


@dataclass(frozen=True, slots=True)
class DueLooks:
    """The looks from `since` to `until`, oldest first; none where nothing is due yet."""

    since: datetime
    until: datetime
    looks: tuple[Look | MissingLook, ...]


def latest_end(connection: Connection, source: MeasurementSource, length: timedelta) -> datetime:
    """When the newest look ends that is due now."""
    row = connection.execute(_DUE, (length, source.settle.total_seconds())).fetchone()
    assert row is not None
    end: datetime = row[0]
    # Python counts hours by the wall clock of a zone, and a session may have one whose clock is set back.
    return end.astimezone(UTC)


def due_looks(
    connection: Connection, source: MeasurementSource, trigger: PlaybookTrigger, since: datetime, length: timedelta
) -> DueLooks:
    """What the source counted since then. What can't be counted is missing, with the reason: nothing is raised for it.

    Raises psycopg's OperationalError where the connection is lost.
    """
    since, until = since.astimezone(UTC), latest_end(connection, source, length)
    first = until - MOST_LOOKS * length if (until - since) / length > MOST_LOOKS else since
    gap = (MissingLook(since, first, "nobody watched"),) if first > since else ()
    if first >= until:
        return DueLooks(since, since, ())
    spans = _spans(first, until, length)
    try:
        counted = _counted(connection, source, trigger, first, until, length)
    except psycopg.Error as error:
        if connection.closed or connection.broken:
            raise
        return DueLooks(since, until, (*gap, *(MissingLook(*span, first_line(error)) for span in spans)))
    looks = tuple(
        Look(begin, end, counted[end]) if end in counted else MissingLook(begin, end, "no rows") for begin, end in spans
    )
    return DueLooks(since, until, (*gap, *looks))


def _spans(first: datetime, until: datetime, length: timedelta) -> tuple[tuple[datetime, datetime], ...]:
    """Looks end where `date_bin` ends them; the first is shorter where `first` isn't such an end: looks had another
    length when it was one.
    """
    ends = [first - (first - _EPOCH) % length + length]
    while ends[-1] < until:
        ends.append(ends[-1] + length)
    return tuple(pairwise((first, *ends)))


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
    with connection.transaction():
        # Whatever a condition calls, it writes nothing.
        connection.execute("set transaction read only")
        connection.execute(f"set local statement_timeout = '{_PATIENCE}'")
        # A time without a zone is one of UTC.
        connection.execute("set local timezone = 'UTC'")
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
