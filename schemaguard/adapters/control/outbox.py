"""The outbox: what projections are to show for an epoch, written with the pointer and delivered afterwards."""

from collections.abc import Mapping
from typing import Any

import psycopg

from schemaguard.adapters.control import ledger
from schemaguard.releases.hooks import TARGET
from schemaguard.releases.ports import TRAFFIC, Delivery
from schemaguard.releases.traffic import TARGET as TRAFFIC_OF

Connection = psycopg.Connection[tuple[Any, ...]]


def undelivered(connection: Connection, operation: int) -> tuple[Delivery, ...]:
    """What of an operation's outbox isn't delivered yet."""
    rows = connection.execute(
        "select id, operation, model, epoch, payload, target from schemaguard.outbox "
        "where operation = %s and delivered_at is null and not starts_with(target, %s) order by id",
        (operation, TARGET),
    )
    return tuple(Delivery(*row) for row in rows)


def delivered(connection: Connection, delivery: Delivery, detail: Mapping[str, Any]) -> None:
    """A delivery has arrived; the ledger has it once, however often this is called."""
    row = connection.execute(
        "update schemaguard.outbox set delivered_at = now(), attempts = attempts + 1, last_error = null "
        "where id = %s and delivered_at is null "
        "returning (select actor from schemaguard.operation o where o.id = operation)",
        (delivery.id,),
    ).fetchone()
    if row is not None:
        facts = {"epoch": delivery.epoch, **detail}
        is_traffic = delivery.target == TRAFFIC or delivery.target.startswith(TRAFFIC_OF)
        event = "traffic-projected" if is_traffic else "alias-projected"
        ledger.record(connection, event, (row[0], delivery.model, delivery.operation), facts)


def not_delivered(connection: Connection, delivery: Delivery, error: str) -> None:
    """A delivery has failed once more."""
    connection.execute(
        "update schemaguard.outbox set attempts = attempts + 1, last_error = %s where id = %s", (error, delivery.id)
    )
