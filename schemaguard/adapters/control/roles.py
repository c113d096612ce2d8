"""Who may do what with the control schema: group roles, which nobody can log in as.

A migration's role needs no more than to write down what it did and to have something retired; an operator's role walks
through the fence and moves what serves. Superusers need neither.
"""

from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.connection import first_line

Connection = psycopg.Connection[tuple[Any, ...]]

OPERATOR = "schemaguard_operator"
MIGRATOR = "schemaguard_migrator"
_FUNCTIONS = """\
watch_version_table refuse_held_revision retire decoy restore allow withdraw promise_retired promise_all_retired
append watch_values unwatch_values fence_values fence_rows fence_table is_permitted hatch
""".split()  # noqa: SIM905 - a list of words
_GRANTS = f"""\
grant usage on schema schemaguard to public;
grant select on all tables in schema schemaguard to {OPERATOR}, {MIGRATOR};
grant usage on all sequences in schema schemaguard to {OPERATOR}, {MIGRATOR};
grant insert, update, delete on all tables in schema schemaguard to {OPERATOR};
grant execute on all functions in schema schemaguard to {OPERATOR};
grant insert on schemaguard.applied_change, schemaguard.retired_object to {MIGRATOR};
grant update (applied_change, restored_at) on schemaguard.retired_object to {MIGRATOR};
grant update (undone_at) on schemaguard.applied_change to {MIGRATOR}"""
# Only `append` writes the ledger.
_REVOKED = (
    "revoke insert, update, delete on schemaguard.ledger, schemaguard.ledger_head, schemaguard.unrecorded "
    "from schemaguard_operator, schemaguard_migrator"
)
_SIGNATURES = """\
select p.oid::regprocedure::text from pg_proc p
where p.pronamespace = 'schemaguard'::regnamespace and p.proname = any(%s)"""


def make_roles(connection: Connection) -> str:
    """Make the group roles and grant them what they need, in the caller's transaction; why not, where it can't be done.

    Running it again is harmless. See https://www.postgresql.org/docs/18/sql-createrole.html.
    """
    try:
        with connection.transaction():
            for role in (OPERATOR, MIGRATOR):
                _make(connection, role)
            connection.execute(_GRANTS.encode())
            connection.execute(_REVOKED)
            for (signature,) in connection.execute(_SIGNATURES, (_FUNCTIONS,)).fetchall():
                grant = sql.SQL("grant execute on function {} to {}").format(
                    sql.SQL(signature), sql.Identifier(MIGRATOR)
                )
                connection.execute(grant)
    except psycopg.errors.InsufficientPrivilege as error:
        return first_line(error)
    return ""


def _make(connection: Connection, role: str) -> None:
    if connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is not None:
        return
    try:
        with connection.transaction():
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        return  # Roles belong to the whole server: another database's install was faster.
