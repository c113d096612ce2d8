"""What a doctor finds at a database: its version, the role's privileges, limits of time, and our control schema."""

from collections.abc import Iterator

from schemaguard.adapters import control
from schemaguard.adapters.control.installation import newest
from schemaguard.adapters.postgres.connection import Connection, connect, place
from schemaguard.adapters.postgres.server_facts import FenceSeen, ServerFacts, fence_of, server_facts
from schemaguard.adoption.diagnosis import Diagnosis, ill, weak, well
from schemaguard.config import POSTGRESQL_VERSIONS, Config
from schemaguard.errors import SchemaguardError

_LONG_TRANSACTION_S = 300


def examine(url: str, config: Config) -> Iterator[Diagnosis]:
    """Everything about the database; one that can't be reached is ill."""
    try:
        connection = connect(url)
    except SchemaguardError as error:
        yield ill("database", f"{error.what} ({error.at})", error.next)
        return
    with connection:
        facts = server_facts(connection)
        yield well("database", f"{place(url)}, as {facts.role}")
        yield from of_version(facts, config.postgresql)
        yield from of_control_schema(connection, facts)
        yield from of_settings(facts)


def of_version(facts: ServerFacts, assumed: int) -> Iterator[Diagnosis]:
    """Whether the server is one that we know, and the one that checks assume."""
    oldest, latest = POSTGRESQL_VERSIONS[0], POSTGRESQL_VERSIONS[-1]
    if facts.version < oldest:
        yield ill("database", f"PostgreSQL {facts.version} is not supported", f"use PostgreSQL {oldest} or newer")
    elif facts.version > latest:
        yield weak(
            "database",
            f"PostgreSQL {facts.version} is newer than what schemaguard was tested with ({latest})",
            "look for a newer schemaguard",
        )
    elif facts.version != assumed:
        yield weak(
            "database",
            f"the server is PostgreSQL {facts.version}, and checks assume {assumed}",
            f"set postgresql = {facts.version} in the settings",
        )
    else:
        yield well("database", f"PostgreSQL {facts.version}, as checks assume")


def of_control_schema(connection: Connection, facts: ServerFacts) -> Iterator[Diagnosis]:
    """Whether the control schema is there, or could be made."""
    if not control.is_installed(connection):
        yield weak(
            "database", "the control schema isn't installed: nothing is kept or taken back", "schemaguard install"
        )
        if not facts.may_create_schemas:
            yield ill(
                "database",
                f"{facts.role} may not create schemas in {facts.database}",
                f"grant create on database {facts.database} to {facts.role}, or install as another role",
            )
        if not facts.may_create_roles:
            yield weak(
                "database",
                f"{facts.role} may not create roles, which contract views of models need",
                f"alter role {facts.role} createrole, or install and promote as another role",
            )
        return
    found = control.version(connection)
    if found < newest():
        yield ill("database", f"the control schema has version {found}, this program {newest()}", "schemaguard install")
    elif found > newest():
        yield ill(
            "database",
            f"the control schema has version {found}, newer than this program's {newest()}",
            "install the schemaguard that the others use",
        )
    else:
        yield well("database", f"control schema, version {found}")
    yield from of_fence(fence_of(connection))


def of_fence(fence: FenceSeen) -> Iterator[Diagnosis]:
    """Whether the server itself refuses a drop that comes round the guard."""
    if fence is FenceSeen.UP:
        yield well("protection", "the fence is up: the server refuses what would lose a promised value")
    elif fence is FenceSeen.DOWN:
        yield weak(
            "protection", "the fence is down: a drop that comes round the guard isn't refused", "schemaguard fence --on"
        )
    else:
        yield weak(
            "protection",
            "the server refuses nothing by itself: a drop that comes round the guard destroys its values",
            "import schemaguard.guard in every env.py, and let no other role own the tables",
        )


def of_settings(facts: ServerFacts) -> Iterator[Diagnosis]:
    """What decides how a mistake ends: limits of time, event triggers, statistics, and who is in the way now."""
    if _is_unlimited(facts.lock_timeout):
        yield weak(
            "settings",
            f"lock_timeout is 0 for {facts.role}: a migration that waits for a lock lets all others wait behind it",
            f"alter role {facts.role} set lock_timeout = '2s'",
        )
    if _is_unlimited(facts.idle_timeout):
        yield weak(
            "settings",
            f"idle_in_transaction_session_timeout is 0 for {facts.role}: a forgotten session keeps its locks",
            f"alter role {facts.role} set idle_in_transaction_session_timeout = '60s'",
        )
    if facts.event_triggers == "off":
        yield ill("settings", "event_triggers is off: no event trigger fires", "alter system set event_triggers = on")
    if not facts.is_superuser:
        yield weak(
            "settings",
            f"{facts.role} may not create event triggers, which takes a superuser",
            "let a superuser run schemaguard install once, or rely on the guard in env.py",
        )
    if not facts.has_statistics:
        yield weak(
            "settings",
            "pg_stat_statements isn't there: who reads without a contract can't be observed",
            "create extension pg_stat_statements, with shared_preload_libraries = 'pg_stat_statements'",
        )
    if facts.oldest_transaction_s >= _LONG_TRANSACTION_S:
        minutes = facts.oldest_transaction_s // 60
        yield weak(
            "settings",
            f"a transaction has been open for {minutes} minutes: a strong lock would wait for it",
            "select pid, query, xact_start from pg_stat_activity order by xact_start",
        )


def _is_unlimited(value: str) -> bool:
    return value.strip("ms ") in ("", "0")
