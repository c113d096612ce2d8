"""Approvals in the control schema: given for a plan by whoever is connected, and used up by one operation."""

from datetime import datetime
from typing import Any

import psycopg

from schemaguard.adapters.control import ledger
from schemaguard.errors import ConflictError
from schemaguard.playbooks.approving import GivenApproval

Connection = psycopg.Connection[tuple[Any, ...]]

_GIVE = """\
insert into schemaguard.approval (model, act, version, plan_hash, actor, reason, expires_at)
values (%s, %s, %s, %s, %s, %s, %s) returning session_user::text"""
_GIVEN = """\
select a.by_role, a.at, a.expires_at, exists (
        select from pg_roles who, pg_roles r where who.rolname = a.by_role and r.rolname = any(%(roles)s)
        and pg_has_role(who.oid, r.oid, 'member')),
    a.by_role = session_user
from schemaguard.approval a
where a.model = %(model)s and a.act = %(act)s and a.plan_hash = %(plan)s and a.operation is null order by a.id"""
_USE = """\
update schemaguard.approval set operation = %s
where model = %s and act = %s and plan_hash = %s and operation is null returning by_role"""
_MAY = """\
select exists (select from pg_roles r where r.rolname = any(%s) and pg_has_role(session_user, r.oid, 'member')),
    session_user::text, now()"""


def may_approve(connection: Connection, roles: tuple[str, ...]) -> tuple[bool, str, datetime]:
    """Whether who is connected is a member of one of these roles, as who, and the server's time.

    See https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-ACCESS (pg_has_role).
    """
    row = connection.execute(_MAY, (list(roles),)).fetchone()
    assert row is not None
    return bool(row[0]), str(row[1]), row[2]


def give(connection: Connection, plan: tuple[str, str, str, str], who: tuple[str, str], until: datetime | None) -> None:
    """Approve a plan, (model, act, version, hash), with its ledger entry; `who` is (actor, why)."""
    actor, reason = who
    model, act, version, plan_hash = plan
    with connection.transaction():
        row = connection.execute(_GIVE, (*plan, actor, reason, until)).fetchone()
        facts = {
            "act": act, "version": version, "plan_hash": plan_hash, "reason": reason,
            "role": row[0] if row is not None else None, "expires_at": until.isoformat() if until else None,
        }  # fmt: skip
        ledger.record(connection, "approved", (actor, model, None), facts)


def given(connection: Connection, model: str, act: str, plan_hash: str, roles: tuple[str, ...]) -> list[GivenApproval]:
    """The approvals of a plan that no operation has used up."""
    values = {"model": model, "act": act, "plan": plan_hash, "roles": list(roles)}
    return [GivenApproval(*row) for row in connection.execute(_GIVEN, values)]


def use(connection: Connection, model: str, act: str, plan_hash: str, who: tuple[str, int]) -> None:
    """Use a plan's approvals up for one operation; `who` is (actor, operation). ConflictError where none is left."""
    actor, operation = who
    with connection.transaction():
        roles = [row[0] for row in connection.execute(_USE, (operation, model, act, plan_hash))]
        if not roles:
            raise ConflictError(f"the approvals of the plan for {model} were used by somebody else")
        facts = {"act": act, "plan_hash": plan_hash, "roles": sorted(set(roles))}
        ledger.record(connection, "approvals-used", (actor, model, operation), facts)
