"""What a way back still owes: constraints and indexes, tried each in a transaction of its own, and read."""

from typing import Any

import psycopg

from schemaguard.releases.overview import Debt

Connection = psycopg.Connection[tuple[Any, ...]]

_UNPAID = """\
select d.id, d.object, coalesce(r.table_name, d.act ->> 'table'), d.why, d.operation
from schemaguard.debt d left join schemaguard.retired_object r on r.id = d.retired_object
left join schemaguard.operation o on o.id = d.operation
where d.paid_at is null and d.given_up_at is null and (%(operation)s::bigint is null or d.operation = %(operation)s)
    and (%(operation)s::bigint is not null or o.id is null or o.state in ('done', 'abandoned') or not %(due)s)
order by d.id"""


def unpaid(connection: Connection, *, operation: int | None = None, due: bool = False) -> tuple[Debt, ...]:
    """Those of an operation, or all; `due`: only those for which nobody has to be waited for."""
    rows = connection.execute(_UNPAID, {"operation": operation, "due": due})
    return tuple(Debt(*row) for row in rows)


def pay(connection: Connection, debt: Debt) -> str | None:
    """Try one, in the caller's transaction; the server's reason where the rows don't allow it, else None."""
    row = connection.execute("select schemaguard.pay(%s)", (debt.number,)).fetchone()
    assert row is not None
    return str(row[0]) if row[0] is not None else None
