"""What the control schema knows that a policy is asked about."""

from datetime import datetime, timedelta
from typing import Any

import psycopg

from schemaguard.adapters.control import drills, pointer

Connection = psycopg.Connection[tuple[Any, ...]]

_SINCE = timedelta(days=30)
"""How far back destructive changes are told."""
_WHO = """\
select now(), session_user::text, coalesce((
    select array_agg(r.rolname::text order by r.rolname) from pg_roles r
    where not r.rolsuper and pg_has_role(session_user, r.oid, 'member')), '{}')"""
_APPROVALS = """\
select by_role, act, plan_hash, at from schemaguard.approval
where model = %s and operation is null and (expires_at is null or expires_at > now()) order by id"""
_DESTRUCTIVE = """\
select concat_ws('.', table_schema, table_name, column_name), retired_at from schemaguard.retired_object
where applied_change is not null and restored_at is null and retired_at > now() - %s order by id"""


def facts(connection: Connection, model: str) -> dict[str, Any]:
    """The fields of a question that are about the database: who asks, and what there is of a model.

    Roles are those that who is connected is a member of, see
    https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-ACCESS (pg_has_role).
    """
    row = connection.execute(_WHO).fetchone()
    assert row is not None
    now: datetime = row[0]
    at = pointer.read(connection, model)
    drill = drills.latest(connection).get(model)
    approvals = connection.execute(_APPROVALS, (model,)).fetchall()
    destructive = connection.execute(_DESTRUCTIVE, (_SINCE,)).fetchall()
    return {
        "now": now.isoformat(),
        "actor": {"role": row[1], "roles": list(row[2])},
        "pointer": {
            "epoch": at.epoch, "active": at.active, "canary": at.canary, "canary_percent": at.canary_percent,
            "fallback": at.fallback, "previous": at.previous, "frozen": at.frozen,
        },
        "approvals": [
            {"by": by, "act": act, "plan_hash": plan, "at": given.isoformat()} for by, act, plan, given in approvals
        ],
        "destructive": [{"object": name, "hours_ago": _hours(now, when)} for name, when in destructive],
        "drill": None if drill is None else {
            "outcome": drill.outcome, "hours_ago": _hours(now, drill.at), "is_due": drill.is_due(now),
        },
    }  # fmt: skip


def _hours(now: datetime, before: datetime) -> float:
    return round(max((now - before) / timedelta(hours=1), 0), 2)
