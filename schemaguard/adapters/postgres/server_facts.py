"""What a doctor asks a server: its version, what the role may do, and the settings that decide how a mistake ends.

See https://www.postgresql.org/docs/current/runtime-config-client.html.
"""

from enum import StrEnum

from schemaguard.adapters.postgres.connection import Connection
from schemaguard.frozen import dataclass

_ROLE = """\
select current_user::text, r.rolsuper, r.rolcreaterole, has_database_privilege(current_database(), 'create'),
    pg_has_role(current_user, d.datdba, 'member')
from pg_roles r, pg_database d where r.rolname = current_user and d.datname = current_database()"""
_SETTINGS = """\
select name, setting, coalesce(unit, '') from pg_settings where name = any(%s)"""
_NAMES = ["event_triggers"]
# What a session of ours sets for itself isn't what the others have.
_FRESH = """\
select coalesce(
    (select split_part(c, '=', 2) from pg_db_role_setting s, unnest(s.setconfig) c
     where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
     and s.setrole in (0, (select oid from pg_roles where rolname = current_user))
     and split_part(c, '=', 1) = %s order by s.setrole desc, s.setdatabase desc limit 1),
    (select coalesce(boot_val, '') from pg_settings where name = %s and source = 'session'),
    (select reset_val from pg_settings where name = %s))"""
_OLDEST = """\
select coalesce(max(extract(epoch from now() - xact_start)), 0)::int from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"""
_EXTENSION = "select exists (select from pg_extension where extname = 'pg_stat_statements')"


_FENCE = """\
select to_regclass('schemaguard.fence') is not null,
    exists (select from pg_event_trigger where evtname like 'schemaguard\\_%' and evtenabled in ('O', 'A'))"""


class FenceSeen(StrEnum):
    """Whether event triggers of ours stand on the server."""

    UP = "up"
    DOWN = "down"
    NONE = "none"
    """The control schema knows of no fence."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a server says; times in its own spelling, `0` where there is no limit."""

    version: int
    database: str
    role: str
    is_superuser: bool
    may_create_roles: bool
    may_create_schemas: bool
    owns_database: bool
    lock_timeout: str
    statement_timeout: str
    idle_timeout: str
    has_statistics: bool
    """Whether pg_stat_statements is there."""
    oldest_transaction_s: int
    event_triggers: str
    """`on` or `off` where the server has the setting (17 and later), else empty."""


def server_facts(connection: Connection) -> ServerFacts:
    """What the server says to this role. Raises psycopg's errors."""
    role = connection.execute(_ROLE).fetchone()
    assert role is not None
    settings = {name: value for name, value, _ in connection.execute(_SETTINGS, (_NAMES,)).fetchall()}
    statistics = connection.execute(_EXTENSION).fetchone()
    oldest = connection.execute(_OLDEST).fetchone()
    return ServerFacts(
        version=connection.info.server_version // 10000,
        database=connection.info.dbname,
        role=role[0],
        is_superuser=role[1],
        may_create_roles=role[2] or role[1],
        may_create_schemas=role[3],
        owns_database=role[4],
        lock_timeout=_fresh(connection, "lock_timeout"),
        statement_timeout=_fresh(connection, "statement_timeout"),
        idle_timeout=_fresh(connection, "idle_in_transaction_session_timeout"),
        has_statistics=bool(statistics and statistics[0]),
        oldest_transaction_s=oldest[0] if oldest is not None else 0,
        event_triggers=settings.get("event_triggers", ""),
    )


def fence_of(connection: Connection) -> FenceSeen:
    """Whether event triggers of ours are there and fire."""
    row = connection.execute(_FENCE).fetchone()
    is_known, is_up = row if row is not None else (False, False)
    return FenceSeen.UP if is_up else FenceSeen.DOWN if is_known else FenceSeen.NONE


def _fresh(connection: Connection, name: str) -> str:
    """The value that a new session of this role has."""
    row = connection.execute(_FRESH, (name, name, name)).fetchone()
    return str(row[0]) if row is not None and row[0] is not None else "0"
