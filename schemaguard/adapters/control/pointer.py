"""The pointer: which version serves, and the one short transaction that switches it."""

import time
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import ledger, revision
from schemaguard.errors import ConflictError
from schemaguard.releases.plan import Plan
from schemaguard.releases.release import Operation, Pointer

Connection = psycopg.Connection[tuple[Any, ...]]

_READ = """\
select model, epoch, active, canary, canary_percent, fallback, previous,
    frozen and (frozen_until is null or frozen_until > now()), frozen_by, frozen_reason, frozen_until
from schemaguard.pointer"""
_SWITCH = """\
update schemaguard.pointer
set epoch = epoch + 1, active = %(to)s, previous = active, changed_at = now(),
    fallback = coalesce(%(fallback)s, nullif(fallback, %(to)s)),
    canary = nullif(canary, %(to)s), canary_percent = case when canary = %(to)s then 0 else canary_percent end
where model = %(model)s and epoch = %(epoch)s and active is not distinct from %(from)s
returning epoch"""
_SUPERSEDE = """\
update schemaguard.release r
set superseded_at = now(),
    window_until = greatest(now() + interval '14 days', (%(supported)s::date + 1)::timestamptz)
where model = %(model)s and model_version = %(from)s"""
_RELEASE = """\
update schemaguard.release
set released_at = now(), superseded_at = null, window_until = null, revision = %(revision)s
where model = %(model)s and model_version = %(to)s"""
_OUTBOX = """\
insert into schemaguard.outbox (operation, model, epoch, target, payload) values (%s, %s, %s, 'mlflow-alias', %s)"""


def read(connection: Connection, model: str) -> Pointer:
    """The pointer of a model; epoch 0 and nothing active where it never served."""
    row = connection.execute(f"{_READ} where model = %s", (model,)).fetchone()
    return Pointer(*row) if row else Pointer(model)


def read_all(connection: Connection) -> tuple[Pointer, ...]:
    """Every pointer, by model."""
    rows = connection.execute(f"{_READ} order by model")
    return tuple(Pointer(*row) for row in rows)


def switch(connection: Connection, operation: Operation, plan: Plan) -> Mapping[str, Any]:
    """COMMIT: compare and set, with outbox, ledger, and the applied revision, in the caller's transaction.

    ConflictError where the epoch isn't the one that the operator saw, or the operation isn't open any more.
    """
    began = time.monotonic()
    state = connection.execute(
        "select state from schemaguard.operation where id = %s for update", (operation.id,)
    ).fetchone()
    if state != ("open",):
        raise ConflictError(
            f"{operation} is no longer open: it is {state[0] if state else 'gone'}", next="schemaguard status"
        )
    epoch = _compare_and_set(connection, plan)
    values = {"model": plan.model, "from": plan.from_version, "to": plan.to_version}
    if plan.from_version is not None:
        connection.execute(_SUPERSEDE, {**values, "supported": _supported_until(connection, plan)})
    heads = revision.move(connection, operation.id, plan.revision)
    connection.execute(_RELEASE, {**values, "revision": list(heads)})
    connection.execute(
        _OUTBOX, (operation.id, plan.model, epoch, Jsonb({"alias": plan.alias, "version": plan.to_version}))
    )
    # A plan of this model that still waits would retire what this one brings back.
    connection.execute(
        "update schemaguard.operation set state = 'abandoned', closed_at = now() "
        "where model = %s and state = 'waiting' and id <> %s",
        (plan.model, operation.id),
    )
    ledger.record(connection, "pointer-switched", (operation.intent.actor, plan.model, operation.id), {
        "from": plan.from_version, "to": plan.to_version, "epoch": epoch, "revision": list(heads),
        "held": list(plan.revision.hold), "released": list(plan.revision.release),
    })  # fmt: skip
    return {"epoch": epoch, "transaction_ms": round((time.monotonic() - began) * 1000, 2)}


def _compare_and_set(connection: Connection, plan: Plan) -> int:
    connection.execute(
        "insert into schemaguard.pointer (model) values (%s) on conflict (model) do nothing", (plan.model,)
    )
    row = connection.execute(
        _SWITCH,
        {
            "model": plan.model,
            "epoch": plan.epoch,
            "from": plan.from_version,
            "to": plan.to_version,
            "fallback": plan.fallback,
        },
    ).fetchone()
    if row is None:
        raise moved(plan, read(connection, plan.model).epoch)
    return int(row[0])


def moved(plan: Plan, epoch: int) -> ConflictError:
    """Why a plan that was made at another epoch isn't carried out."""
    return ConflictError(
        f"the epoch of {plan.model} is {epoch}, not {plan.epoch}: somebody switched it since the plan was made",
        at=f"planned: {plan.from_version or 'nothing'} → {plan.to_version}",
        next="look at schemaguard status, then decide again",
    )


def _supported_until(connection: Connection, plan: Plan) -> str | None:
    """The date up to which the contract of the release that is left promises support."""
    row = connection.execute(
        "select property ->> 'value' from schemaguard.release r "
        "join schemaguard.contract c on c.digest = r.contract, "
        "jsonb_array_elements(coalesce(c.document -> 'slaProperties', '[]')) as property "
        "where r.model = %s and r.model_version = %s and property ->> 'property' = 'endOfSupport'",
        (plan.model, plan.from_version),
    ).fetchone()
    return str(row[0]) if row else None
