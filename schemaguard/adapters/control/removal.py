"""Taking the control schema out of a database, with everything that it put elsewhere."""

from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql

from schemaguard.adapters.control.roles import CONTROL, MIGRATOR, OPERATOR, SERVER
from schemaguard.contracts.views import OWNER
from schemaguard.frozen import dataclass

Connection = psycopg.Connection[tuple[Any, ...]]

_EVENT_TRIGGERS = """\
select e.evtname from pg_event_trigger e join pg_proc p on p.oid = e.evtfoid
where p.pronamespace = to_regnamespace('schemaguard') order by 1"""
_TRIGGERS = """\
select format('%I on %s', t.tgname, t.tgrelid::regclass) from pg_trigger t join pg_proc p on p.oid = t.tgfoid
join pg_class c on c.oid = t.tgrelid
where p.pronamespace = to_regnamespace('schemaguard') and not t.tgisinternal and t.tgparentid = 0
    and c.relnamespace <> to_regnamespace('schemaguard') order by 1"""
_VIEW_SCHEMAS = """\
select distinct view_schema from schemaguard.contract where to_regnamespace(quote_ident(view_schema)) is not null
order by 1"""
_ROLES = """\
select rolname from pg_roles where rolname = %s or rolname = any(
    select 'schemaguard_' || view_schema from schemaguard.contract) order by 1"""


@dataclass(frozen=True, slots=True)
class Remains:
    """What schemaguard has put into a database, by name."""

    event_triggers: tuple[str, ...]
    triggers: tuple[str, ...]
    view_schemas: tuple[str, ...]
    roles: tuple[str, ...]


def read(connection: Connection) -> Remains:
    """What is there."""
    return Remains(
        event_triggers=_names(connection, _EVENT_TRIGGERS),
        triggers=_names(connection, _TRIGGERS),
        view_schemas=_names(connection, _VIEW_SCHEMAS),
        roles=tuple(row[0] for row in connection.execute(_ROLES, (OWNER,))),
    )


def remove(connection: Connection, remains: Remains) -> tuple[str, ...]:
    """Remove all of it, in the caller's transaction; the roles that another database still needs.

    See https://www.postgresql.org/docs/18/role-removal.html.
    """
    # They first: they would keep the rest from being dropped.
    for name in remains.event_triggers:
        connection.execute(sql.SQL("drop event trigger {}").format(sql.Identifier(name)))
    for name in (*remains.view_schemas, "schemaguard"):
        connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(name)))
    # Where values of two types were carried over; nothing is by now.
    connection.execute("drop schema if exists schemaguard_values cascade")
    # These are the whole server's, and granted to people: only what they may do in this database goes.
    for role in (CONTROL, OPERATOR, MIGRATOR, SERVER):
        if connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is not None:
            with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(role)))
    kept = []
    for role in remains.roles:
        try:
            with connection.transaction():
                connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(role)))
                connection.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))
        except (psycopg.errors.DependentObjectsStillExist, psycopg.errors.InsufficientPrivilege):
            kept.append(role)
    return tuple(kept)


def _names(connection: Connection, query: str) -> tuple[str, ...]:
    return tuple(row[0] for row in connection.execute(query.encode()))
