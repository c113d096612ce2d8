"""Retiring and restoring on a live database, in the caller's transaction; the server does it by number."""

import json
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from schemaguard.applying.retirement import Retirement
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.errors import RefusedError

Connection = psycopg.Connection[tuple[Any, ...]]

REFUSED = "SG010"
"""The SQLSTATE with which the server says that something can't be retired or restored."""

_NUMBER = """\
select c.oid, coalesce(a.attnum, 0), %(column)s::text is null or a.attnum is not null
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join pg_attribute a on a.attrelid = c.oid and a.attname = %(column)s and a.attnum > 0 and not a.attisdropped
where n.nspname = coalesce(%(schema)s, 'public') and c.relname = %(table)s"""
_RETIRED = """\
select restore_class, array_to_string(why, '; '),
    (select array_agg(statement order by n, m) from jsonb_array_elements(acts) with ordinality as q(act, n),
        unnest(case when act ->> 'act' = 'move_table' or act ? 'parent' then '{}'
            else schemaguard.rendered(act, true, anchor) end) with ordinality as s(statement, m))
from schemaguard.retired_object where id = %s"""
_BELONGS = "update schemaguard.retired_object set applied_change = %s, operation = %s where id = %s"
_OWED: LiteralString = "update schemaguard.debt set operation = {} where retired_object = {} and operation is null"
# What makes way for a migration's retirement does so for this operation; what makes way for that again, for nobody.
_SWAPPED: LiteralString = (
    "update schemaguard.retired_object made set operation = {} from schemaguard.retired_object back "
    "where back.id = {} and made.swapped_for = back.id and back.operation is null and made.restored_at is null"
)


def plan(connection: Connection, _: Catalog, table: Name, column: str | None) -> Retirement:
    """Take a column (or, without one, a table) out of sight; RefusedError where nothing can, with nothing changed."""
    return retire(connection, table, column)


def carry_out(
    connection: Connection, made: Retirement, *, applied: int | None = None, operation: int | None = None
) -> None:
    """Write down whose it is: `applied` is the change whose drop it is, `operation` the operation that retired it."""
    connection.execute(_BELONGS, (applied, operation, made.number))


def retire(connection: Connection, table: Name, column: str | None, revision: str | None = None) -> Retirement:
    """Take a column (or, without one, a table) out of sight; RefusedError where nothing can, with nothing changed."""
    name = f"{table}.{column}" if column else str(table)
    asked = {"schema": table.schema, "table": table.name, "column": column}
    row = connection.execute(_NUMBER, asked).fetchone()
    if row is None or not row[2]:
        missing = f"{table} has no column {column}" if row is not None else f"there is no table {table}"
        raise RefusedError(missing, at=name, next="look at the migration")
    try:
        with connection.transaction():
            number = connection.execute(
                "select schemaguard.retire(%s::oid, %s::int2, %s)", (row[0], row[1], revision)
            ).fetchone()
    except psycopg.Error as error:
        raise refusal(error, name) or error from error
    assert number is not None
    found = connection.execute(_RETIRED, number).fetchone()
    assert found is not None
    return Retirement(number[0], table, column, tuple(found[2] or ()), found[0], found[1])


def restoring(connection: Connection, number: int, *, operation: int, fill: str | None = None) -> tuple[str, ...]:
    """What brings names, types and values back; the constraints are owed. `fill` is what rows without a value get.

    The server refuses it with SG010 where something new has its name.
    """
    restore = sql.SQL("select schemaguard.restore({}, false, {})").format(sql.Literal(number), sql.Literal(fill))
    whose = (sql.Literal(operation), sql.Literal(number))
    after = (sql.SQL(statement).format(*whose).as_string(connection) for statement in (_OWED, _SWAPPED))
    return restore.as_string(connection), *after


def refusal(error: psycopg.Error, what: str) -> RefusedError | None:
    """What the server refuses to retire or restore, as our error; None where it says something else."""
    if error.sqlstate != REFUSED:
        return None
    try:
        said = json.loads(error.diag.message_detail or "{}")
    except ValueError:
        said = {}
    return RefusedError(
        str(error.diag.message_primary),
        at=str(said.get("object", what)),
        next=str(said.get("next", "schemaguard status shows what is retired; nothing was changed")),
    )
