"""Freezing a model's pointer, and letting it move again, each in the caller's transaction with its ledger entry."""

from datetime import datetime
from typing import Any

import psycopg

from schemaguard.adapters.control import journal, ledger, situation

Connection = psycopg.Connection[tuple[Any, ...]]

_FREEZE = """\
insert into schemaguard.pointer as p (model, frozen, frozen_by, frozen_reason, frozen_until)
values (%(model)s, true, %(actor)s, %(reason)s, %(until)s)
on conflict (model) do update set (frozen, frozen_by, frozen_reason, frozen_until)
    = (true, excluded.frozen_by, excluded.frozen_reason, excluded.frozen_until)"""
_THAW = """\
update schemaguard.pointer set frozen = false, frozen_by = null, frozen_reason = null, frozen_until = null
where model = %s and frozen returning frozen_by"""


def freeze(connection: Connection, model: str, who: tuple[str, str], until: datetime | None) -> None:
    """Let nobody switch a model; `who` is (actor, why).

    UsageError where nothing of it is published, ConflictError while an operation is open.
    """
    actor, reason = who
    if connection.execute("select from schemaguard.release where model = %s limit 1", (model,)).fetchone() is None:
        raise situation.unknown(connection, model)
    open_one = journal.read_operation(connection, None)
    if open_one is not None and open_one.model == model:
        raise journal.conflict(open_one)
    connection.execute(_FREEZE, {"model": model, "actor": actor, "reason": reason, "until": until})
    ledger.record(connection, "frozen", (actor, model, None), {"reason": reason, "until": until and until.isoformat()})


def thaw(connection: Connection, model: str, who: tuple[str, str]) -> bool:
    """Let a model be switched again; whether it was frozen."""
    actor, reason = who
    was_frozen = connection.execute(_THAW, (model,)).fetchone() is not None
    if was_frozen:
        ledger.record(connection, "thawed", (actor, model, None), {"reason": reason})
    return was_frozen
