"""The ledger in the control schema: appended to in the transaction of the act itself."""

import json
from collections.abc import Mapping
from typing import Any

import psycopg

from schemaguard.ledger import entry
from schemaguard.ledger.entry import Entry
from schemaguard.ledger.verification import Checkpoint, LedgerRow

Connection = psycopg.Connection[tuple[Any, ...]]

_NEXT = "select coalesce(max(position), 0) + 1, clock_timestamp() from schemaguard.ledger"
_APPEND = """\
insert into schemaguard.ledger (position, at, actor, event, model, operation, entry, leaf_hash)
values (%s, %s, %s, %s, %s, %s, %s, %s)"""
_LOCK_KEY = 0x5C4E4D4C


def append(
    connection: Connection,
    *,
    event: str,
    actor: str,
    model: str | None,
    operation: int | None,
    facts: Mapping[str, Any],
) -> int:
    """Append one entry in the caller's transaction; its position. Positions have no gaps."""
    # Serialises appenders until the transaction's end, so that a position that is taken is also committed in its turn.
    connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK_KEY,))
    row = connection.execute(_NEXT).fetchone()
    assert row is not None
    position, at = row
    plain = json.loads(json.dumps(facts, default=str))
    made = Entry(position, at, actor, event, model, operation, plain)
    canonical = made.canonical()
    connection.execute(_APPEND, (position, at, actor, event, model, operation, canonical, entry.leaf_hash(canonical)))
    return int(position)


def record(connection: Connection, event: str, who: tuple[str, str, int | None], facts: Mapping[str, Any]) -> None:
    """Append what (actor, model, operation) did, in the caller's transaction."""
    actor, model, operation = who
    append(connection, event=event, actor=actor, model=model, operation=operation, facts=facts)


def read(connection: Connection, *, model: str | None = None, limit: int | None = None) -> tuple[Entry, ...]:
    """The newest entries, oldest first."""
    rows = connection.execute(
        "select entry from (select position, entry from schemaguard.ledger where %s::text is null or model = %s "
        "order by position desc limit %s) newest order by position",
        (model, model, limit),
    )
    return tuple(entry.parse(row[0]) for row in rows)


def read_rows(connection: Connection) -> tuple[LedgerRow, ...]:
    """The whole ledger as it is stored, in order."""
    rows = connection.execute(
        "select position, at, actor, event, model, operation, entry, leaf_hash "
        "from schemaguard.ledger order by position"
    )
    return tuple(LedgerRow(*row) for row in rows)


def read_checkpoints(connection: Connection) -> tuple[Checkpoint, ...]:
    """The checkpoints that the database keeps itself."""
    rows = connection.execute("select size, root_hash from schemaguard.checkpoint order by size")
    return tuple(Checkpoint(*row) for row in rows)
