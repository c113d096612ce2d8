"""Looks at the values of a column: rows a bin of a drift's reference, and whose mean is worse in each look."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.connection import Connection, first_line
from schemaguard.adapters.postgres.measuring import reading
from schemaguard.playbooks.drift import EDGES, DriftReference
from schemaguard.playbooks.due import DueSpans
from schemaguard.playbooks.look import Counted, Look, MissingLook
from schemaguard.playbooks.playbook import MeasurementSource, PlaybookTrigger
from schemaguard.playbooks.trip import MeanWorse

LEAST_ROWS = 1_000
"""With fewer a reference proves nothing."""
_MOST_ROWS = 100_000
_SHARES = [number / (EDGES + 1) for number in range(1, EDGES + 1)]
_OLD = """\
select {value}::float8 as x from {table}
where {version}::text = %(of)s and {time} <= %(since)s and {value} is not null and {value}::float8 <> 'NaN'
order by {time} desc limit %(most)s"""
_EDGES = "select percentile_disc(%(shares)s::float8[]) within group (order by x), count(*) from ({old}) o"
# Up to an edge is counted, so the order is turned round: `width_bucket` counts from an edge on.
_OLD_BINS = "select %(many)s - width_bucket(-x, %(turned)s::float8[]), count(*) from ({old}) o group by 1"
_BINS = """\
select date_bin(%(length)s, {time}::timestamptz - interval '1 microsecond', timestamptz 'epoch') + %(length)s,
    {version}::text, %(many)s - width_bucket(-({value}::float8), %(turned)s::float8[]), count(*)
from {table} where {time} > %(since)s and {time} <= %(until)s and {version} is not null and {value} is not null
    and {value}::float8 <> 'NaN' group by 1, 2, 3"""
# As many rows of each as the smaller one has: else a skewed value is more often below the mean of many than above it.
# Which ones has nothing to do with the value.
_MEANS = """\
with f as (
    select date_bin(%(length)s, {time}::timestamptz - interval '1 microsecond', timestamptz 'epoch') + %(length)s as e,
        {version}::text as v, {value}::float8 as x, md5(t.ctid::text) as chance
    from {table} t where {time} > %(since)s and {time} <= %(until)s and {version}::text in (%(own)s, %(beside)s)
        and {value} is not null and {value}::float8 <> 'NaN'),
r as (
    select *, row_number() over (partition by e, v order by chance) as place, count(*) over (partition by e, v) as many
    from f),
k as (select e, min(many) as least from r group by e)
select r.e, r.v, max(r.many), avg(r.x) filter (where r.place <= k.least) from r join k using (e) group by 1, 2"""


def reference(
    connection: Connection, source: MeasurementSource, trigger: PlaybookTrigger, since: datetime
) -> DriftReference | str:
    """The quantiles of the newest rows of a drift's reference up to a time; or why there are none.

    Raises psycopg's OperationalError where the connection is lost.
    """
    of = trigger.measure.reference
    try:
        with reading(connection):
            old = _named(_OLD, source, trigger)
            values = {"of": of, "since": since, "most": _MOST_ROWS, "shares": _SHARES}
            row = connection.execute(sql.SQL(_EDGES).format(old=old), values).fetchone()
            assert row is not None
            found, rows = row
            if rows < LEAST_ROWS:
                return f"the reference {of} has {rows:,} rows of {LEAST_ROWS:,} that are needed"
            edges = sorted(set(found))
            turned = {"many": len(edges), "turned": [-edge for edge in reversed(edges)]}
            found_bins: dict[int, int] = dict(
                connection.execute(sql.SQL(_OLD_BINS).format(old=old), {**values, **turned}).fetchall()
            )
    except psycopg.Error as error:
        if connection.closed or connection.broken:
            raise
        return first_line(error)
    below, so_far = [], 0
    for number in range(len(edges)):
        so_far += found_bins.get(number, 0)
        below.append(so_far / rows)
    return DriftReference(tuple(edges), tuple(below), rows)


def bins(
    connection: Connection, source: MeasurementSource, trigger: PlaybookTrigger, due: DueSpans, length: timedelta,
    frozen: DriftReference,
) -> tuple[Look | MissingLook, ...]:  # fmt: skip
    """Rows a bin of each look; what can't be counted is missing, with the reason."""
    turned = {"many": len(frozen.edges), "turned": [-edge for edge in reversed(frozen.edges)]}
    try:
        rows = _rows(connection, _named(_BINS, source, trigger), {**_span(due, length), **turned})
    except psycopg.Error as error:
        return _missing(connection, due, error)
    found: dict[datetime, dict[str, list[int]]] = {}
    for end, version, number, many in rows:
        found.setdefault(end, {}).setdefault(version, [0] * (len(frozen.edges) + 1))[number] = many
    counted = {end: {v: Counted(0, sum(each)) for v, each in slot.items()} for end, slot in found.items()}
    return tuple(
        Look(one.since, one.until, one.versions, {v: tuple(each) for v, each in found[one.until].items()})
        if isinstance(one, Look)
        else one
        for one in due.looks(counted)
    )


def means(
    connection: Connection, source: MeasurementSource, trigger: PlaybookTrigger, due: DueSpans, length: timedelta,
    versions: tuple[str, str],
) -> tuple[Look | MissingLook, ...]:  # fmt: skip
    """A look in which the canary's mean is worse is one in which everything fails; `versions` are it and stable."""
    assert isinstance(trigger.trip, MeanWorse)
    own, beside = versions
    values = {**_span(due, length), "own": own, "beside": beside}
    try:
        rows = _rows(connection, _named(_MEANS, source, trigger), values)
    except psycopg.Error as error:
        return _missing(connection, due, error)
    found: dict[datetime, dict[str, tuple[int, float]]] = {}
    for end, version, many, mean in rows:
        found.setdefault(end, {})[version] = (many, mean)
    # A canary without a row is judged by its traffic, as everywhere; one without a stable can't be compared.
    counted = {end: _compared(slot, own, beside, trigger.trip) for end, slot in found.items() if beside in slot}
    return due.looks(counted, f"no rows of {beside}")


def _compared(slot: dict[str, tuple[int, float]], own: str, beside: str, line: MeanWorse) -> dict[str, Counted]:
    others, stable = slot[beside]
    if own not in slot:
        return {beside: Counted(0, others)}
    many, mean = slot[own]
    is_worse = mean < stable * (1 - line.share) if line.loses else mean > stable * (1 + line.share)
    return {own: Counted(many if is_worse else 0, many), beside: Counted(0, others)}


def _named(query: str, source: MeasurementSource, trigger: PlaybookTrigger) -> sql.Composed:
    assert source.table is not None
    assert source.version_column is not None
    assert source.time_column is not None
    assert trigger.measure.column is not None
    return sql.SQL(query).format(
        time=sql.Identifier(source.time_column),
        version=sql.Identifier(source.version_column),
        value=sql.Identifier(trigger.measure.column),
        table=sql.Identifier(*source.table.split(".", 1)),
    )


def _span(due: DueSpans, length: timedelta) -> dict[str, Any]:
    return {"since": due.spans[0][0], "until": due.spans[-1][1], "length": length}


def _rows(connection: Connection, query: sql.Composed, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with reading(connection):
        return connection.execute(query, values).fetchall()


def _missing(connection: Connection, due: DueSpans, error: psycopg.Error) -> tuple[Look | MissingLook, ...]:
    if connection.closed or connection.broken:
        raise error
    return due.missing(first_line(error))
