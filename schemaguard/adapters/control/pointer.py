"""The pointer: which version serves, and the one short transaction that switches it."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import hooks as owed
from schemaguard.adapters.control import ledger, revision
from schemaguard.config import Hook, Proxy
from schemaguard.errors import ConflictError
from schemaguard.releases.plan import Plan
from schemaguard.releases.ports import TRAFFIC
from schemaguard.releases.release import Operation, OperationKind, Pointer
from schemaguard.releases.together import OperationPlan
from schemaguard.releases.traffic import TARGET, proxies_of

Connection = psycopg.Connection[tuple[Any, ...]]

_READ = """\
select model, epoch, active, canary, canary_percent, fallback, previous,
    frozen and (frozen_until is null or frozen_until > now()), frozen_by, frozen_reason, frozen_until,
    canary_step, canary_since, canary_playbook
from schemaguard.pointer"""
_SWITCH = """\
update schemaguard.pointer
set epoch = epoch + 1, active = %(after)s, changed_at = now(),
    previous = case when active is distinct from %(after)s then active else previous end,
    fallback = coalesce(%(fallback)s, nullif(fallback, %(after)s)),
    canary = %(canary)s, canary_percent = coalesce(%(percent)s, 0), canary_step = %(step)s,
    canary_since = case when %(canary)s::text is not null then now() end, canary_playbook = %(playbook)s
where model = %(model)s and epoch = %(epoch)s and active is not distinct from %(before)s
returning epoch"""
_SUPERSEDE = """\
update schemaguard.release r
set superseded_at = now(),
    window_until = greatest(now() + interval '14 days', (%(supported)s::date + 1)::timestamptz)
where model = %(model)s and model_version = %(left)s"""
_RELEASE = """\
update schemaguard.release
set released_at = now(), superseded_at = null, window_until = null, revision = %(revision)s
where model = %(model)s and model_version = %(to)s"""
# It serves nobody yet who has to go without it: how long it has been released isn't counted from here.
_GIVE_SHARE = """\
update schemaguard.release set superseded_at = null, window_until = null, revision = %(revision)s
where model = %(model)s and model_version = %(to)s"""
_OUTBOX = """\
insert into schemaguard.outbox (operation, model, epoch, target, payload) values (%s, %s, %s, %s, %s)"""
# A plan that still waits for a model which is switched again would retire what this one brings back; where another
# model of it stands as it left it, it goes on for that one.
_SUPERSEDED = """\
update schemaguard.operation o set state = 'abandoned', closed_at = now()
where o.state = 'waiting' and o.id <> %(operation)s
    and exists (select from schemaguard.outbox b where b.operation = o.id and b.model = any(%(models)s))
    and not exists (select from schemaguard.outbox b join schemaguard.pointer p on p.model = b.model
        where b.operation = o.id and p.epoch = b.epoch)"""


def read(connection: Connection, model: str) -> Pointer:
    """The pointer of a model; epoch 0 and nothing active where it never served."""
    row = connection.execute(f"{_READ} where model = %s", (model,)).fetchone()
    return Pointer(*row) if row else Pointer(model)


def read_all(connection: Connection) -> tuple[Pointer, ...]:
    """Every pointer, by model."""
    rows = connection.execute(f"{_READ} order by model")
    return tuple(Pointer(*row) for row in rows)


def switch(
    connection: Connection,
    operation: Operation,
    plan: OperationPlan,
    hooks: tuple[Hook, ...] = (),
    proxies: tuple[Proxy, ...] = (),
) -> Mapping[str, Any]:
    """COMMIT: compare and set, with outbox, ledger, and the applied revision, in the caller's transaction.

    Pointers are locked in the order of their models' names. ConflictError where an epoch isn't the one that the
    operator saw, or the operation isn't open any more.
    """
    began = time.monotonic()
    state = connection.execute(
        "select state from schemaguard.operation where id = %s for update", (operation.id,)
    ).fetchone()
    if state != ("open",):
        raise ConflictError(
            f"{operation} is no longer open: it is {state[0] if state else 'gone'}", next="schemaguard status"
        )
    epochs = {each.model: _compare_and_set(connection, each) for each in plan.members}
    for each in plan.members:
        for left in each.left:
            supported = _supported_until(connection, each.model, left)
            connection.execute(_SUPERSEDE, {"model": each.model, "left": left, "supported": supported})
    heads: tuple[str, ...] = ()
    for each in plan.members:
        heads = revision.move(connection, operation.id, each.revision)
    for each in plan.members:
        _release(connection, each, {"model": each.model, "to": each.to_version, "revision": list(heads)})
        for target, payload in _projections(each, proxies):
            connection.execute(_OUTBOX, (operation.id, each.model, epochs[each.model], target, Jsonb(payload)))
        owed.write(connection, hooks, operation, each)
    connection.execute(_SUPERSEDED, {"operation": operation.id, "models": list(epochs)})
    for each in plan.members:
        event, said = _switched(each)
        ledger.record(connection, event, (operation.intent.actor, each.model, operation.id), {
            **said, "epoch": epochs[each.model], "revision": list(heads),
            "held": list(each.revision.hold), "released": list(each.revision.release),
        })  # fmt: skip
    facts: dict[str, Any] = {"epoch": epochs[plan.model]}
    if len(epochs) > 1:
        facts["epochs"] = epochs
    return {**facts, "transaction_ms": round((time.monotonic() - began) * 1000, 2)}


def _release(connection: Connection, plan: Plan, values: Mapping[str, Any]) -> None:
    if plan.kind in (OperationKind.PROMOTE, OperationKind.ROLLBACK):
        connection.execute(_RELEASE, values)
    elif plan.kind is OperationKind.CANARY:
        connection.execute(_GIVE_SHARE, values)


def _projections(plan: Plan, proxies: tuple[Proxy, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What is to be shown, and where: the registry's alias follows what serves, a share of traffic the canary."""
    for proxy in proxies_of(plan.model, proxies):
        yield f"{TARGET}{proxy.name}", {"active": plan.active_after, **_share(plan)}
    if plan.active_before != plan.active_after:
        yield "mlflow-alias", {"alias": plan.alias, "version": plan.active_after}
    if plan.moves_traffic:
        yield TRAFFIC, {"active": plan.active_after, **_share(plan)}


def _switched(plan: Plan) -> tuple[str, Mapping[str, Any]]:
    """The entry of the ledger: a canary's start isn't a promotion, and its end no rollback."""
    if plan.active_before != plan.active_after:
        ended = {"ended_canary": plan.canary_before} if plan.canary_before in plan.left else {}
        return "pointer-switched", {"from": plan.from_version, "to": plan.to_version, **ended}
    facts = {"kind": plan.kind.value, "version": plan.left[0] if plan.left else plan.to_version}
    return "canary-switched", {**facts, "active": plan.active_after, **_share(plan)}


def _share(plan: Plan) -> Mapping[str, Any]:
    share = plan.canary
    if share is None:
        return {"canary": None, "percent": 0}
    return {"canary": share.version, "percent": share.percent, "step": share.step, "playbook": share.playbook}


def _compare_and_set(connection: Connection, plan: Plan) -> int:
    connection.execute(
        "insert into schemaguard.pointer (model) values (%s) on conflict (model) do nothing", (plan.model,)
    )
    row = connection.execute(
        _SWITCH,
        {
            "model": plan.model,
            "epoch": plan.epoch,
            "before": plan.active_before,
            "after": plan.active_after,
            "fallback": plan.fallback,
            "canary": plan.canary.version if plan.canary is not None else None,
            "percent": plan.canary.percent if plan.canary is not None else None,
            "step": plan.canary.step if plan.canary is not None else None,
            "playbook": plan.canary.playbook if plan.canary is not None else None,
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


def _supported_until(connection: Connection, model: str, version: str) -> str | None:
    """The date up to which the contract of the release that is left promises support."""
    row = connection.execute(
        "select property ->> 'value' from schemaguard.release r "
        "join schemaguard.contract c on c.digest = r.contract, "
        "jsonb_array_elements(coalesce(c.document -> 'slaProperties', '[]')) as property "
        "where r.model = %s and r.model_version = %s and property ->> 'property' = 'endOfSupport'",
        (model, version),
    ).fetchone()
    return str(row[0]) if row else None
