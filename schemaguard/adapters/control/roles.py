"""Who may do what with the control schema: roles that nobody can log in as.

`schemaguard_control` owns the schema and its functions, which run with its rights: it is a member of whoever owns
tables, and no superuser. A migration's role calls functions that write down what it did and have something retired;
an operator's walks through the fence and moves what serves; a model server's follows the pointer.
"""

from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.postgres.connection import first_line

Connection = psycopg.Connection[tuple[Any, ...]]

CONTROL = "schemaguard_control"
OPERATOR = "schemaguard_operator"
MIGRATOR = "schemaguard_migrator"
SERVER = "schemaguard_server"
_FUNCTIONS = """\
watch_version_table refuse_held_revision retire retire_view decoy restore_migration pay_migration settle rendered
relation_of spelled allow_migration withdraw watch_values unwatch_values fence_values fence_rows fence_table
is_permitted hatch write_applied mark_undone belongs_to append_migration hidden_relation
retype_begin retype_end read_conversion part drop_hidden_indexes note_views set_views_aside put_views_back with_heirs
begin_revision end_revision is_migrating write_changes retire_instead begin_capture end_capture
""".split()  # noqa: SIM905 - a list of words
_GRANTS = f"""\
grant usage on schema schemaguard to public;
revoke insert, update, delete, truncate on all tables in schema schemaguard from {MIGRATOR};
revoke update (applied_change, restored_at) on schemaguard.retired_object from {MIGRATOR};
revoke update (undone_at) on schemaguard.applied_change from {MIGRATOR};
revoke execute on all functions in schema schemaguard from {MIGRATOR};
grant select on all tables in schema schemaguard to {OPERATOR}, {MIGRATOR};
grant usage on all sequences in schema schemaguard to {OPERATOR}, {MIGRATOR};
grant insert, update, delete on all tables in schema schemaguard to {OPERATOR};
grant insert on schemaguard.sql_migration to {MIGRATOR};
grant execute on all functions in schema schemaguard to {OPERATOR};
grant select on schemaguard.pointer, schemaguard.release, schemaguard.contract, schemaguard.server_lease to {SERVER};
grant insert, update, delete on schemaguard.server_lease to {SERVER}"""
# Only `append` writes the ledger.
_REVOKED = f"""\
revoke insert, update, delete on schemaguard.ledger, schemaguard.ledger_head, schemaguard.unrecorded,
    schemaguard.migrating
from {OPERATOR}, {MIGRATOR}"""
_SIGNATURES = """\
select p.oid::regprocedure::text from pg_proc p
where p.pronamespace = 'schemaguard'::regnamespace and p.proname = any(%s)"""
_OWNER = "select rolname from pg_namespace n join pg_roles r on r.oid = n.nspowner where n.nspname = 'schemaguard'"
# Tables take their sequences, indexes and row types along.
_FOREIGN = """\
select format('alter schema %I owner to ', n.nspname)
from pg_namespace n join pg_roles r on r.oid = n.nspowner
where n.nspname = 'schemaguard' and r.rolname <> 'schemaguard_control'
union all
select format('alter table %s owner to ', c.oid::regclass)
from pg_class c join pg_roles r on r.oid = c.relowner
where c.relnamespace = 'schemaguard'::regnamespace and c.relkind in ('r', 'p', 'v')
    and r.rolname <> 'schemaguard_control'
union all
select format('alter type %s owner to ', t.oid::regtype)
from pg_type t join pg_roles r on r.oid = t.typowner join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
where t.typnamespace = 'schemaguard'::regnamespace and r.rolname <> 'schemaguard_control'
union all
select format('alter routine %s owner to ', p.oid::regprocedure)
from pg_proc p join pg_roles r on r.oid = p.proowner
where p.pronamespace = 'schemaguard'::regnamespace and r.rolname <> 'schemaguard_control'"""
_SCHEMAS = """\
select n.nspname from pg_namespace n
where n.nspname !~ '^(pg_|schemaguard)' and n.nspname <> 'information_schema'
    and not has_schema_privilege('schemaguard_control', n.oid, 'create')"""
# Whoever owns tables or the database, and whose rights the control schema's owner doesn't have yet.
_OWNERS = """\
select r.rolname
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
where c.relkind in ('r', 'p', 'm', 'v') and n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'schemaguard')
    and not pg_has_role('schemaguard_control', r.oid, 'usage')
union
select r.rolname from pg_database d join pg_roles r on r.oid = d.datdba
where d.datname = current_database() and not pg_has_role('schemaguard_control', r.oid, 'usage')
order by 1"""
_BUSY = (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject, psycopg.errors.InternalError_)
_NOT_ALLOWED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidGrantOperation)


def make_roles(connection: Connection) -> str:
    """Make the roles, grant them what they need and give the control schema to its owner, in the caller's transaction;
    why not, where it can't be done.

    Running it again is harmless. See https://www.postgresql.org/docs/18/sql-createrole.html.
    """
    why = _attempt(connection, _grant)
    return why or _attempt(connection, _own)


def owner_of(connection: Connection) -> str | None:
    """The role that owns the control schema, None where there is none."""
    row = connection.execute(_OWNER).fetchone()
    return str(row[0]) if row is not None else None


def unserved(connection: Connection) -> tuple[str, ...]:
    """The owners of tables whose membership the control schema's owner lacks: nothing of theirs can be retired."""
    if owner_of(connection) != CONTROL:
        return ()
    return tuple(row[0] for row in connection.execute(_OWNERS))


def _attempt(connection: Connection, act: Any) -> str:
    try:
        with connection.transaction():
            act(connection)
    except _NOT_ALLOWED as error:
        return first_line(error)
    return ""


def _grant(connection: Connection) -> None:
    for role in (OPERATOR, MIGRATOR, SERVER):
        _make(connection, role)
    connection.execute(_GRANTS.encode())
    connection.execute(_REVOKED.encode())
    for (signature,) in connection.execute(_SIGNATURES, (_FUNCTIONS,)).fetchall():
        grant = sql.SQL("grant execute on function {} to {}").format(sql.SQL(signature), sql.Identifier(MIGRATOR))
        connection.execute(grant)


def _own(connection: Connection) -> None:
    """Give everything to the role that owns it, and that role what its functions need."""
    _make(connection, CONTROL)
    database = connection.execute("select current_database()").fetchone()
    assert database is not None
    control = sql.Identifier(CONTROL)
    connection.execute(sql.SQL("grant create on database {} to {}").format(sql.Identifier(database[0]), control))
    for (schema,) in connection.execute(_SCHEMAS).fetchall():
        connection.execute(sql.SQL("grant create, usage on schema {} to {}").format(sql.Identifier(schema), control))
    for (owner,) in connection.execute(_OWNERS).fetchall():
        _join(connection, owner, CONTROL)
    # It has to tell a subscriber of logical replication from everybody else.
    if connection.execute("select pg_has_role(%s, 'pg_read_all_stats', 'usage')", (CONTROL,)).fetchone() == (False,):
        _join(connection, "pg_read_all_stats", CONTROL)
    foreign = [row[0] for row in connection.execute(_FOREIGN)]
    if foreign:
        # What was written in this transaction is looked at now: a table that waits for that can't be altered. Those two
        # come first, for to alter the others is to write into them.
        connection.execute("set constraints all immediate; set constraints all deferred")
    for alter in sorted(foreign, key=lambda text: (".touched " not in text, ".unrecorded " not in text)):
        connection.execute(f"{alter}{CONTROL}".encode())


def _make(connection: Connection, role: str) -> None:
    if connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is not None:
        return
    _shared(connection, sql.SQL("create role {} nologin").format(sql.Identifier(role)))


def _join(connection: Connection, group: str, member: str) -> None:
    _shared(connection, sql.SQL("grant {} to {}").format(sql.Identifier(group), sql.Identifier(member)))


def _shared(connection: Connection, statement: sql.Composed) -> None:
    """Roles belong to the whole server: another database's install may be faster."""
    try:
        with connection.transaction():
            connection.execute(statement)
    except _BUSY:
        return
