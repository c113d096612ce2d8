"""Decisions that are to be carried out: taken up by one operation, and closed, each with its ledger entry."""

from datetime import datetime
from typing import Any

import psycopg

from schemaguard.adapters.control import freezing, ledger
from schemaguard.errors import ConflictError
from schemaguard.playbooks.acting import Permission
from schemaguard.playbooks.deciding import KeptDecision

Connection = psycopg.Connection[tuple[Any, ...]]

_DECISIONS = """\
select id, model, epoch, version, trigger, kind, action, state, snapshot, at, operation, why
from schemaguard.decision where """
_TAKE_UP = """\
update schemaguard.decision set operation = %s where id = %s and state = 'open' and operation is null"""
# Who has not seen that somebody took it up mustn't say what became of it.
_CLOSE = """\
update schemaguard.decision set state = %s, why = %s, closed_at = now()
where id = %s and state = 'open' and operation is not distinct from %s"""
_PERMISSION = """\
select p.published_role, session_user::text,
    exists (select from schemaguard.playbook each join pg_roles who on who.rolname = each.published_role, pg_roles r
        where each.model = p.model and each.digest = p.digest and r.rolname = any(%(roles)s)
        and pg_has_role(who.oid, r.oid, 'member')),
    exists (select from pg_roles r where r.rolname = any(%(roles)s) and pg_has_role(session_user, r.oid, 'member'))
from schemaguard.playbook p where p.model = %(model)s and p.digest = %(digest)s order by p.id desc limit 1"""
_ACTS = """\
select closed_at from schemaguard.decision
where model = %s and state = 'done' and kind = 'tripped' and operation is not null order by closed_at"""
# When the evidence began to rise: the last look in which it said nothing.
_DETECTED = """\
select coalesce(max(until) filter (where weight is null or weight <= 0), min(until))
from schemaguard.look where model = %s and trigger = %s and epoch = %s and until <= %s"""


def kept(connection: Connection, model: str | None, limit: int) -> tuple[KeptDecision, ...]:
    """The newest decisions, newest first."""
    rows = connection.execute(
        f"{_DECISIONS}%(model)s::text is null or model = %(model)s order by id desc limit %(limit)s",
        {"model": model, "limit": limit},
    )
    return tuple(KeptDecision(*row) for row in rows)


def open_ones(connection: Connection, model: str) -> tuple[KeptDecision, ...]:
    """What is still to be carried out of a model."""
    rows = connection.execute(f"{_DECISIONS}model = %s and state = 'open' order by id", (model,))
    return tuple(KeptDecision(*row) for row in rows)


def read(connection: Connection, number: int) -> KeptDecision:
    """One decision, as it is now."""
    row = connection.execute(f"{_DECISIONS}id = %s", (number,)).fetchone()
    assert row is not None
    return KeptDecision(*row)


def take_up(connection: Connection, decision: int, operation: int, who: tuple[str, str]) -> None:
    """An operation carries a decision out, in the transaction that opens it; `who` is (actor, model).

    ConflictError where another one does or did, or it isn't open any more.
    """
    if connection.execute(_TAKE_UP, (operation, decision)).rowcount != 1:
        raise ConflictError(f"decision {decision} is carried out by somebody else", next="schemaguard decisions")
    actor, model = who
    ledger.record(connection, "decision-taken-up", (actor, model, operation), {"decision": decision})


def close(connection: Connection, decision: KeptDecision, state: str, why: str, actor: str) -> bool:
    """Say what became of a decision, in the caller's transaction.

    False where somebody had said it before, or has taken it up since it was read.
    """
    if connection.execute(_CLOSE, (state, why, decision.id, decision.operation)).rowcount != 1:
        return False
    facts = {"decision": decision.id, "trigger": decision.trigger, "state": state, "why": why}
    ledger.record(connection, "decision-closed", (actor, decision.model, decision.operation), facts)
    return True


def close_alone(connection: Connection, decision: KeptDecision, state: str, why: str, actor: str) -> bool:
    """The same in a transaction of its own."""
    with connection.transaction():
        return close(connection, decision, state, why, actor)


def freeze_for(
    connection: Connection,
    decision: KeptDecision,
    closing: tuple[str, str],
    reason: str,
    who: tuple[str, datetime | None],
) -> bool:
    """Close a decision with (state, why) and freeze its model, in one transaction; `who` is (actor, until).

    A freeze that stands is left as it is. Whether nobody had closed the decision before.
    """
    actor, until = who
    with connection.transaction():
        if not close(connection, decision, *closing, actor):
            return False
        if not _is_frozen(connection, decision.model):
            freezing.freeze(connection, decision.model, (actor, reason), until)
    return True


def permission(connection: Connection, model: str, digest: str, roles: tuple[str, ...]) -> Permission:
    """Whether somebody who published a playbook, and who is connected, are members of one of these roles.

    See https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-ACCESS (pg_has_role).
    """
    row = connection.execute(_PERMISSION, {"model": model, "digest": digest, "roles": list(roles)}).fetchone()
    assert row is not None
    return Permission(*row)


def acts(connection: Connection, model: str) -> tuple[datetime, ...]:
    """When automatic ways back of a model were carried out, oldest first."""
    return tuple(row[0] for row in connection.execute(_ACTS, (model,)))


def detected_at(connection: Connection, decision: KeptDecision) -> datetime | None:
    """When the evidence that led to a decision began to rise."""
    values = (decision.model, decision.trigger, decision.epoch, decision.snapshot.get("until"))
    row = connection.execute(_DETECTED, values).fetchone()
    return row[0] if row is not None else None


def _is_frozen(connection: Connection, model: str) -> bool:
    row = connection.execute(
        "select frozen and (frozen_until is null or frozen_until > now()) from schemaguard.pointer where model = %s",
        (model,),
    ).fetchone()
    return row == (True,)
