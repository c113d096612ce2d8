"""Hooks in the outbox: written with the pointer, called afterwards."""

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import ledger
from schemaguard.config import Hook
from schemaguard.releases.hooks import TARGET, HookDelivery, told
from schemaguard.releases.plan import Plan
from schemaguard.releases.release import Operation

Connection = psycopg.Connection[tuple[Any, ...]]

_WRITE = """\
insert into schemaguard.outbox (operation, model, epoch, target, payload) values (%s, %s, %s, %s, %s)"""
_WAITING = """\
select id, substr(target, %s), model, operation, payload from schemaguard.outbox
where starts_with(target, %s) and delivered_at is null order by id"""
_CALLED = """\
update schemaguard.outbox set delivered_at = now(), attempts = attempts + 1, last_error = null
where id = %s and delivered_at is null
returning (select actor from schemaguard.operation o where o.id = operation)"""
_FAILED = "update schemaguard.outbox set attempts = attempts + 1, last_error = %s where id = %s"


def write(connection: Connection, hooks: Iterable[Hook], operation: Operation, plan: Plan) -> None:
    """Owe every hook a call for the switch of one model, in the caller's transaction."""
    for hook in hooks:
        owed = (operation.id, plan.model, plan.epoch + 1, f"{TARGET}{hook.name}", Jsonb(dict(told(operation, plan))))
        connection.execute(_WRITE, owed)


def waiting(connection: Connection) -> tuple[HookDelivery, ...]:
    """The calls that aren't made yet, oldest first."""
    rows = connection.execute(_WAITING, (len(TARGET) + 1, TARGET))
    return tuple(HookDelivery(row[0], row[1], row[2], row[3], row[4]) for row in rows)


def called(connection: Connection, delivery: HookDelivery) -> None:
    """A call was made; the ledger has it once."""
    row = connection.execute(_CALLED, (delivery.id,)).fetchone()
    if row is not None:
        facts = {"hook": delivery.hook, "outbox": delivery.id}
        ledger.record(connection, "hook-called", (row[0], delivery.model, delivery.operation), facts)


def failed(connection: Connection, delivery: HookDelivery, why: str) -> None:
    """A call has failed once more."""
    connection.execute(_FAILED, (why, delivery.id))
