"""What a way back or forward still owes: constraints, indexes and defaults, tried each by itself, and read."""

from collections.abc import Mapping
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from schemaguard.adapters.control.standing_off import STANDING_OFF
from schemaguard.adapters.postgres import connection as postgres
from schemaguard.releases.overview import Debt

Connection = psycopg.Connection[tuple[Any, ...]]

_UNPAID: LiteralString = f"""\
select d.id, d.object, coalesce(r.table_name, d.act ->> 'table', d.act ->> 'domain'), d.why, d.operation, d.for_version
from schemaguard.debt d left join schemaguard.retired_object r on r.id = d.retired_object
left join schemaguard.operation o on o.id = d.operation
-- What was taken off for versions is due once others were promoted and nobody else's server is left.
cross join lateral (select d.for_version is not null and not exists ({STANDING_OFF}) as is_due) forward
where d.paid_at is null and d.given_up_at is null
    and (%(operation)s::bigint is null or (d.operation = %(operation)s and d.for_version is null) or forward.is_due)
    and (%(operation)s::bigint is not null or not %(due)s
        or case when d.for_version is null then o.id is null or o.state in ('done', 'abandoned')
            else forward.is_due end)
order by d.id"""  # noqa: S608 - of constants alone
_PERMIT = (
    "select schemaguard.permit_acts((act ->> 'rel')::oid, (-1)::int2, 'debt {}') from schemaguard.debt where id = {}"
)
_TRIED = """\
update schemaguard.debt set tried_at = now(), why = %s where id = %s and paid_at is null"""


def unpaid(connection: Connection, *, operation: int | None = None, due: bool = False) -> tuple[Debt, ...]:
    """Those of an operation and what is due, or all; `due`: only those for which nobody has to be waited for."""
    rows = connection.execute(_UNPAID, {"operation": operation, "due": due})
    return tuple(Debt(*row) for row in rows)


def pay(connection: Connection, debt: Debt) -> str | None:
    """Try one, on a connection of its own transactions; the server's reason where the rows don't allow it, else None.

    Indexes are built CONCURRENTLY and constraints validated before the strong lock is taken that makes them count.
    """
    row = connection.execute("select stages, undo from schemaguard.stages(%s)", (debt.number,)).fetchone()
    assert row is not None
    stages, undo = row
    why: str | None = None
    for stage in stages:
        try:
            why = _carry_out(connection, debt, stage)
        except postgres.RETRIED:
            raise
        except psycopg.Error as error:
            if connection.closed or connection.broken:
                raise
            why = error.diag.message_primary or postgres.first_line(error)
        if why is not None:
            break
    else:
        why = _settle(connection, debt)
        if not any("alone" in each for each in undo) or why is None:
            undo = [each for each in undo if "alone" not in each]
    for stage in undo:
        _carry_out(connection, debt, stage)
    if why is not None:
        connection.execute(_TRIED, (why, debt.number))
    return why


def _carry_out(connection: Connection, debt: Debt, stage: Mapping[str, str]) -> str | None:
    if "none" in stage:
        return stage["why"] if connection.execute(stage["none"].encode()).fetchone() is not None else None
    if "alone" in stage:
        connection.execute(stage["alone"].encode())
        return None
    permit = sql.SQL(_PERMIT).format(sql.Literal(debt.number), sql.Literal(debt.number)).as_string(connection)
    postgres.in_one_query(connection, lambda _: (None, (permit, stage["statement"])))
    return None


def _settle(connection: Connection, debt: Debt) -> str | None:
    paying = f"select schemaguard.pay({debt.number})"
    postgres.in_one_query(connection, lambda _: (None, (paying,)))
    row = connection.execute(
        "select why from schemaguard.debt where id = %s and paid_at is null and given_up_at is null", (debt.number,)
    ).fetchone()
    return str(row[0]) if row is not None else None
