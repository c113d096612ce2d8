"""The applied revision: Alembic's own table, and the revisions that are held."""

from typing import Any

import psycopg
from psycopg import sql

from schemaguard.errors import ConflictError
from schemaguard.releases.release import Held
from schemaguard.releases.revisions import RevisionMove

Connection = psycopg.Connection[tuple[Any, ...]]


def heads(connection: Connection) -> tuple[str, ...]:
    """The applied heads; empty where Alembic never ran here.

    See https://alembic.sqlalchemy.org/en/latest/api/runtime.html (MigrationContext.get_current_heads()).
    """
    table = _table(connection)
    if table is None:
        return ()
    rows = connection.execute(sql.SQL("select version_num from {} order by 1").format(table))
    return tuple(row[0] for row in rows)


def held(connection: Connection) -> tuple[Held, ...]:
    """The revisions that may not be applied again."""
    rows = connection.execute("select revision, operation, reason from schemaguard.held_revision order by revision")
    return tuple(Held(*row) for row in rows)


def move(connection: Connection, operation: int, move: RevisionMove) -> tuple[str, ...]:
    """Lift holds, move the applied heads, hold: in the caller's transaction. The heads afterwards.

    ConflictError where the heads aren't those that the plan was made for.
    """
    if move.release:
        connection.execute("delete from schemaguard.held_revision where revision = any(%s)", (list(move.release),))
    now = heads(connection)
    if move.moves:
        if now != move.before:
            raise ConflictError(
                f"the applied revision is {', '.join(now) or 'none'}, not {', '.join(move.before)}: it was migrated "
                "since the plan was made",
                next="plan again",
            )
        _write_heads(connection, move)
        now = move.after
    for revision in move.hold:
        connection.execute(
            "insert into schemaguard.held_revision (revision, operation, reason) values (%s, %s, %s) "
            "on conflict (revision) do update set operation = excluded.operation, reason = excluded.reason, "
            "held_at = now()",
            (revision, operation, move.reason),
        )
    return now


def _write_heads(connection: Connection, move: RevisionMove) -> None:
    table = _table(connection)
    assert table is not None
    gone = [revision for revision in move.before if revision not in move.after]
    new = [revision for revision in move.after if revision not in move.before]
    connection.execute(sql.SQL("delete from {} where version_num = any(%s)").format(table), (gone,))
    connection.execute(sql.SQL("insert into {} select unnest(%s::text[])").format(table), (new,))


def _table(connection: Connection) -> sql.Identifier | None:
    row = connection.execute(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where c.oid = to_regclass('alembic_version')"
    ).fetchone()
    return sql.Identifier(*row) if row else None
