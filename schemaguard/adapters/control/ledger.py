"""The ledger in the control schema: appended to in the transaction of the act itself."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import versions
from schemaguard.ledger import entry
from schemaguard.ledger.coverage import COVERED, WRITTEN, CoveredRow
from schemaguard.ledger.entry import Entry, canonical_json

if TYPE_CHECKING:
    from schemaguard.ledger.verification import KeptCheckpoint, LedgerState

Connection = psycopg.Connection[tuple[Any, ...]]

_APPEND = "select schemaguard.append(%s, %s, %s, %s, %s)"
_READ = """\
select entry from (select position, entry from schemaguard.ledger
    where (%(model)s::text is null or model = %(model)s) and (%(all)s or event <> %(written)s)
    order by position desc limit %(limit)s) newest order by position"""
_ROWS = """\
select position, at, actor, event, model, operation, entry, leaf_hash, chain
from schemaguard.ledger order by position"""
# The server's own functions alone: ours could have been replaced.
_COVERED = """\
select (select jsonb_agg(to_jsonb(r) -> k.name order by k.place)
        from unnest(%s::text[]) with ordinality as k (name, place)),
    (select jsonb_object_agg(e.key, e.value) from jsonb_each(to_jsonb(r)) e where e.value <> 'null')::text
from schemaguard.{} r"""
_BODIES = """\
select p.proname, p.prosrc from pg_proc p
where p.pronamespace = 'schemaguard'::regnamespace and p.proname = any(%s)"""
_WRITERS = ("record_row", "covered", "canonical", "append", "append_rest", "refuse_ledger_change", "refuse_truncate")
"""The functions that write rows down, and that keep what is written."""
_TRIGGERS = """\
select c.relname, t.tgname, t.tgenabled from pg_trigger t join pg_class c on c.oid = t.tgrelid
where c.relnamespace = 'schemaguard'::regnamespace and not t.tgisinternal"""


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
    plain = json.loads(json.dumps(facts, default=str))
    row = connection.execute(_APPEND, (event, actor, model, operation, Jsonb(plain))).fetchone()
    assert row is not None
    return int(row[0])


def append_migration(connection: Connection, event: str, actor: str, facts: Mapping[str, Any]) -> None:
    """Append what a migration did, in the caller's transaction: all that its role may say to the ledger."""
    plain = json.loads(json.dumps(facts, default=str))
    connection.execute("select schemaguard.append_migration(%s, %s, %s)", (event, actor, Jsonb(plain)))


def record(
    connection: Connection, event: str, who: tuple[str, str | None, int | None], facts: Mapping[str, Any]
) -> None:
    """Append what (actor, model, operation) did, in the caller's transaction."""
    actor, model, operation = who
    append(connection, event=event, actor=actor, model=model, operation=operation, facts=facts)


def cover_again(connection: Connection) -> None:
    """Write every covered row down as it is now: for versions of the control schema that have changed their columns."""
    for table, key in COVERED.items():
        connection.execute("select schemaguard.record_all(%s, %s)", (table, list(key)))


def read(
    connection: Connection, *, model: str | None = None, limit: int | None = None, all_of_them: bool = False
) -> tuple[Entry, ...]:
    """The newest entries, oldest first; `all_of_them`: also those that only say which rows were written."""
    rows = connection.execute(_READ, {"model": model, "limit": limit, "all": all_of_them, "written": WRITTEN})
    return tuple(entry.parse(row[0]) for row in rows)


def read_state(connection: Connection) -> "LedgerState":
    """All that a verification looks at, in the caller's transaction."""
    from schemaguard.ledger.verification import KeptCheckpoint, LedgerRow, LedgerState

    # As the rows were written down, whatever the session is used to.
    for setting in ("timezone = 'UTC'", "datestyle = 'ISO'", "extra_float_digits = 1"):
        connection.execute(f"set local {setting}".encode())
    rows = tuple(LedgerRow(*row) for row in connection.execute(_ROWS))
    head = connection.execute("select position, chain from schemaguard.ledger_head").fetchone()
    return LedgerState(
        rows=rows,
        head=(head[0], head[1]) if head is not None else (0, b""),
        covered=tuple(_covered(connection)),
        checkpoints=tuple(
            KeptCheckpoint(*row)
            for row in connection.execute("select size, root_hash, note from schemaguard.checkpoint order by size")
        ),
        lacking=tuple(_lacking(connection)),
        database=connection.info.dbname,
    )


def keep_checkpoint(connection: Connection, kept: "KeptCheckpoint", key_id: str) -> None:
    """Keep a signed checkpoint in the database, too."""
    connection.execute(
        "insert into schemaguard.checkpoint (size, root_hash, key_id, note) values (%s, %s, %s, %s) "
        "on conflict (size) do update set root_hash = excluded.root_hash, key_id = excluded.key_id, "
        "note = excluded.note, at = now()",
        (kept.size, kept.root_hash, key_id, kept.note),
    )


def _covered(connection: Connection) -> list[CoveredRow]:
    found = []
    for table, key in COVERED.items():
        query = sql.SQL(_COVERED).format(sql.Identifier(table))
        for values, text in connection.execute(query, (list(key),)):
            found.append(CoveredRow(table, canonical_json(values), text))
    return found


def _lacking(connection: Connection) -> list[str]:
    """What keeps rows from being written down."""
    found = {(table, name): enabled for table, name, enabled in connection.execute(_TRIGGERS)}
    wanted = [(table, name) for table in COVERED for name in ("record_row", "not_truncated")]
    wanted += [("ledger", "ledger_append_only"), ("ledger", "ledger_not_truncated"), ("unrecorded", "append_rest")]
    always = ("record_row", "append_rest", "ledger_append_only", "ledger_not_truncated")
    lacking = []
    for table, name in wanted:
        enabled = found.get((table, name))
        if enabled is None or enabled == "D" or (name in always and enabled != "A"):
            state = "is gone" if enabled is None else "is off" if enabled == "D" else "can be walked past"
            lacking.append(f"the trigger {name} of schemaguard.{table} {state}")
    bodies: dict[str, str] = dict(connection.execute(_BODIES, (list(_WRITERS),)).fetchall())
    others = [name for name in _WRITERS if bodies.get(name) != versions.function_body(name)]
    return [*lacking, *(f"the function schemaguard.{name} isn't the one that was installed" for name in others)]
