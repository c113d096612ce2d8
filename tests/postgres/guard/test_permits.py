"""A migration's role by hand: it owns the tables, calls whatever it may call, and loses nothing that was promised."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from schemaguard.adapters.control import roles
from tests.postgres.guard.attacks import field
from tests.postgres.guard.attacks.by_hand import BY_HAND, WIDE, N, permit
from tests.postgres.guard.attacks.field import Field, connected


@pytest.fixture(scope="module")
def there(server18: str) -> Field:
    return field.lay_out(server18)


@pytest.fixture(scope="module")
def ada(there: Field) -> Iterator[str]:
    """The name of a migration's role, which owns every table."""
    with connected(there.server) as connection:
        connection.execute("create role ada_permits login in role schemaguard_migrator")
        connection.execute("grant ada_permits to schemaguard_control")
    yield "ada_permits"
    with connected(there.server) as connection:
        connection.execute("drop role ada_permits")


def hand_over(url: str, owner: str) -> None:
    """Every table belongs to that role."""
    role = sql.Identifier(owner)
    with connected(url) as connection:
        connection.execute(WIDE)
        connection.execute(sql.SQL("grant create, usage on schema public, s2 to {}").format(role))
        rows = connection.execute(
            "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname in ('public', 's2') and c.relkind in ('r', 'p', 'm')"
        ).fetchall()
        for row in rows:
            connection.execute(sql.SQL("alter table {} owner to {}").format(sql.Identifier(*row), role))


@pytest.fixture(scope="module")
def promised(there: Field, ada: str) -> Iterator[str]:
    """For what is taken back again."""
    with there.copy(there.promised) as url:
        hand_over(url, ada)
        yield url


@pytest.fixture
def changed(there: Field, ada: str) -> Iterator[str]:
    """For what is committed."""
    with there.copy(there.promised) as url:
        hand_over(url, ada)
        yield url


def tried(connection: "psycopg.Connection[Any]", lines: tuple[str, ...]) -> str:
    """What was said to the first of these lines that failed, or to their COMMIT, which isn't sent."""
    try:
        for line in (*lines, "set constraints all immediate", "reset role"):
            connection.execute(line.encode())
    except psycopg.Error as error:
        return f"{error.sqlstate}: {error}"
    return ""


def send(url: str, user: str, lines: tuple[str, ...]) -> str:
    """What was said to the first of these lines that failed, all in one transaction that is committed."""
    with psycopg.connect(url, user=user) as connection:
        try:
            for line in lines:
                connection.execute(line.encode())
            connection.commit()
        except psycopg.Error as error:
            connection.rollback()
            return f"{error.sqlstate}: {error}"
    return ""


REFUSALS = ("42501", "42704", "SG001", "SG002", "SG003", "SG004", "SG005", "SG010")
PROMISES = "select count(*) from schemaguard.promise where kind = 'promised'"


@pytest.mark.parametrize("lines", BY_HAND.values(), ids=BY_HAND)
def test_a_migrations_role_loses_by_hand_nothing_that_was_promised(
    promised: str, ada: str, lines: tuple[str, ...]
) -> None:
    with psycopg.connect(promised, user=ada) as connection:
        before = connection.execute(PROMISES).fetchone()
        said = tried(connection, tuple(line.replace("ada_migrates", ada) for line in lines))
        if not said:
            assert field.lost_in(connection) == frozenset()
            assert connection.execute(PROMISES).fetchone() == before
            rows = connection.execute("select table_name from schemaguard.retired_object").fetchall()
            assert {row[0] for row in rows} <= {"w", "w1", "wide", "mv"}
        # A transaction that fails loses nothing; it has to fail for being refused.
        assert not said or said[:5] in REFUSALS, said
        connection.rollback()


def test_what_is_permitted_to_a_migration_keeps_what_was_promised_and_is_logged(changed: str, ada: str) -> None:
    lines = (permit("t", "0", "rewrite"), permit("t", N, "type"), "alter table t alter n type bigint")
    assert send(changed, ada, lines) == ""
    with connected(changed) as connection:
        logged = connection.execute("select who, tag, object, reason from schemaguard.fence_log order by id").fetchall()
        assert connection.execute("select pg_typeof(n)::text from t limit 1").fetchone() == ("bigint",)
    assert logged == [
        (ada, "PERMIT REWRITE", "public.t", "because"),
        (ada, "PERMIT TYPE", "public.t.n", "because"),
    ]
    assert send(changed, ada, (permit("wide", "2", "drop"), "alter table wide drop column x")) == ""
    with connected(changed) as connection:
        assert connection.execute("select object from schemaguard.fence_log order by id desc limit 1").fetchone() == (
            "public.wide.x",
        )


def test_a_migrations_role_deploys_a_wider_type_and_gets_back_what_it_retired(
    changed: str, ada: str, tmp_path: Path
) -> None:
    path, mark, query = changed.partition("?")
    url = path.replace("//postgres@", f"//{ada}@").replace("//postgres:@", f"//{ada}@") + mark + query
    lines = ('op.alter_column("t", "n", type_=sa.BigInteger())', 'op.drop_column("wide", "x")')
    assert field.upgrade(url, tmp_path / "m", lines) == ""
    assert field.retired(changed) == {"public.wide.x"}
    assert field.lost(changed) == frozenset()


STRANGERS = """\
select p.oid::regprocedure::text from pg_proc p
where p.pronamespace = 'schemaguard'::regnamespace and (
    pg_get_userbyid(p.proowner) <> 'schemaguard_control'
    or p.prosecdef and coalesce(p.proconfig::text, '') not like '%search_path=pg_catalog, pg_temp%')"""
WRITABLE = """\
select c.relname from pg_class c, unnest(array['schemaguard_migrator', 'public']) role
where c.relnamespace = 'schemaguard'::regnamespace and c.relkind = 'r' and c.relname <> 'sql_migration'
    and (
    has_table_privilege(role, c.oid, 'insert, update, delete, truncate, references, trigger')
    or has_any_column_privilege(role, c.oid, 'insert, update'))"""
ROLE = """\
select rolsuper, rolcanlogin, rolcreaterole, rolbypassrls from pg_roles where rolname = 'schemaguard_control'"""


def test_everything_of_the_control_schema_belongs_to_a_role_that_nobody_is(changed: str) -> None:
    with connected(changed) as connection:
        assert roles.owner_of(connection) == roles.CONTROL
        assert roles.unserved(connection) == ()
        assert connection.execute(ROLE).fetchone() == (False, False, False, False)
        assert connection.execute(STRANGERS).fetchall() == []
        assert connection.execute(WRITABLE).fetchall() == []


def test_a_model_servers_role_follows_the_pointer_and_reads_no_more(changed: str, there: Field) -> None:
    with connected(changed) as connection:
        connection.execute("create role ada_serves login in role schemaguard_server")
    try:
        with psycopg.connect(changed, user="ada_serves", autocommit=True) as connection:
            lease = "insert into schemaguard.server_lease values ('fraud', 'scorer', 1, now())"
            assert connection.execute(lease).rowcount == 1
            assert connection.execute("select active from schemaguard.pointer").fetchone() == ("7",)
            for statement in ("select from schemaguard.ledger", "update schemaguard.pointer set epoch = 2"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())
    finally:
        with connected(there.server) as connection:
            connection.execute("drop role ada_serves")


def test_an_owner_of_tables_that_came_later_is_named(changed: str, there: Field) -> None:
    with connected(changed) as connection:
        connection.execute("create role ada_owns")
        connection.execute("alter table other owner to ada_owns")
        try:
            assert roles.unserved(connection) == ("ada_owns",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="is no member of ada_owns, who owns"):
                connection.execute("select schemaguard.retire('other'::regclass, 0::int2)")
            assert roles.make_roles(connection) == ""
            assert roles.unserved(connection) == ()
        finally:
            connection.execute("reassign owned by ada_owns to postgres")
            connection.execute("drop role ada_owns")
