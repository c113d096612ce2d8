"""The fence by itself: who passes, what it is told, how it is put up and taken down, and what a dump does to it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from schemaguard.adapters import control
from schemaguard.adapters.control import fence
from tests.conftest import fresh, programs
from tests.postgres.guard.attacks import field
from tests.postgres.guard.attacks.field import Field, connected


@pytest.fixture(scope="module")
def there(server15: str) -> Field:
    return field.lay_out(server15)


@pytest.fixture
def promised(there: Field) -> Iterator[str]:
    with there.copy(there.promised) as url:
        yield url


@pytest.fixture
def free(there: Field) -> Iterator[str]:
    with there.copy(there.free) as url:
        yield url


def ask(url: str, query: str, *parameters: Any, user: str | None = None) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True, **({"user": user} if user else {})) as connection:
        cursor = connection.execute(query.encode(), parameters or None)
        return cursor.fetchall() if cursor.description else []


def refused(url: str, *statements: str, user: str | None = None) -> str | None:
    """The SQLSTATE with which one of the statements, in one transaction, is refused."""
    connection = psycopg.connect(url, **({"user": user} if user else {}))
    try:
        for statement in statements:
            connection.execute(statement.encode())
        connection.commit()
    except psycopg.Error as error:
        return error.sqlstate
    finally:
        connection.close()
    return None


@pytest.fixture
def people(promised: str) -> Iterator[str]:
    """A migration's role that owns the tables, and an operator's."""
    with connected(promised) as connection:
        for role, group in (("ada_migrates", "schemaguard_migrator"), ("grace_operates", "schemaguard_operator")):
            connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
            connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(group), sql.Identifier(role)))
        connection.execute("grant create, usage on schema public to ada_migrates, grace_operates")
        for table in ("t", "u", "other"):
            connection.execute(sql.SQL("alter table {} owner to ada_migrates").format(sql.Identifier(table)))
        # An owner of tables that came after install.
        connection.execute("grant ada_migrates to grace_operates, schemaguard_control")
    yield promised
    with connected(promised) as connection:
        connection.execute("reassign owned by ada_migrates, grace_operates to postgres")
        connection.execute("drop owned by ada_migrates, grace_operates")
        connection.execute("drop role ada_migrates, grace_operates")


HATCH = "set local schemaguard.permit = 'INC-42 it is empty'"


def test_only_operators_pass_the_hatch_and_it_is_logged(people: str) -> None:
    drop = "alter table t drop column n"
    assert refused(people, HATCH, drop, user="ada_migrates") == "SG001"
    assert ask(people, "select count(*) from schemaguard.fence_log") == [(0,)]
    assert refused(people, HATCH, drop, user="grace_operates") is None
    logged = ask(people, "select who, tag, object, reason from schemaguard.fence_log where tag <> 'COMMIT'")
    assert logged == [("grace_operates", "ALTER TABLE", "public.t.n", "INC-42 it is empty")]


@pytest.mark.parametrize(
    "statement",
    [
        "update schemaguard.pointer set epoch = epoch + 1",
        "delete from schemaguard.promise",
        "insert into schemaguard.permit select pg_current_xact_id(), 't'::regclass, -1, 'any'",
        "alter event trigger schemaguard_drop disable",
        "drop schema schemaguard cascade",
        "update schemaguard.fence set keep = 'contracts'",
    ],
)
def test_a_migrations_role_changes_nothing_of_the_control_schema(people: str, statement: str) -> None:
    assert refused(people, statement, user="ada_migrates") in ("42501", "SG005")


def test_a_migrations_role_migrates_under_the_guard(people: str, tmp_path: Path) -> None:
    for table in ("pointer", "release", "contract", "promise"):
        ask(people, f"delete from schemaguard.{table}")
    path, mark, query = people.partition("?")
    url = path.replace("//postgres@", "//ada_migrates@") + mark + query
    lines = ('op.drop_column("t", "n")', 'op.add_column("t", sa.Column("z", sa.Text))', "UPDATE t SET z = 'x'")
    assert field.upgrade(url, tmp_path / "m", lines) == ""
    assert field.retired(people) == {"public.t.n"}
    assert field.lost(people) == frozenset()


def test_a_broken_promise_is_refused_once_and_a_permitted_one_is_not_refused_for_ever(promised: str) -> None:
    assert refused(promised, "alter table t rename a to b2") == "SG003"
    assert refused(promised, "alter table t rename a to b2", "alter table t rename b2 to a") is None
    assert refused(promised, HATCH, "alter table t rename a to b2") is None
    assert refused(promised, "alter table t add column later int") is None
    assert ask(promised, "select object from schemaguard.fence_log") == [("public.t.a is now b2",)]


def test_a_partition_that_is_made_later_is_kept_as_well(promised: str) -> None:
    assert refused(promised, "create table pt3 partition of pt for values from (20) to (30)") is None
    assert refused(promised, "drop table pt3") == "SG001"
    assert refused(promised, "alter table pt detach partition pt3") == "SG003"
    assert refused(promised, "truncate pt3") == "SG004"


def test_only_what_contracts_name_is_kept_where_that_is_wanted(promised: str) -> None:
    ask(promised, "create table housekeeping (x int)")
    assert refused(promised, "drop table housekeeping") == "SG001"
    with connected(promised) as connection:
        fence.raise_fence(connection, keep="contracts")
    assert refused(promised, "drop table housekeeping") is None
    assert refused(promised, "drop table u") == "SG001"


def test_schemas_that_are_left_out_may_be_dropped(free: str) -> None:
    with connected(free) as connection:
        fence.raise_fence(connection, left_out=["s2"])
        assert not fence.fence_state(connection).is_lossless
    assert refused(free, "drop schema s2 cascade") is None
    assert refused(free, "drop table u") == "SG001"


def test_a_fence_that_is_taken_down_says_so_and_is_not_put_up_by_install(promised: str) -> None:
    with connected(promised) as connection:
        fence.take_down(connection)
        state = fence.fence_state(connection)
        assert (state.elsewhere, {each.strength for each in state.tables}) == ("client only", {"client only"})
        assert fence.is_declined(connection)
    assert refused(promised, "drop table other") is None


def test_a_disabled_event_trigger_is_said(promised: str) -> None:
    ask(promised, "alter event trigger schemaguard_rewrite disable")
    with connected(promised) as connection:
        state = fence.fence_state(connection)
    assert state.is_weaker
    assert state.why == "the event triggers schemaguard_rewrite are missing or disabled"


def test_where_event_triggers_are_not_allowed_views_stand_in_the_way(server15: str) -> None:
    with fresh(server15) as url:
        name = ask(url, "select current_database()")[0][0]
        ask(url, "create role eve_owns login")
        try:
            ask(url, f'alter database "{name}" owner to eve_owns')
            ask(url, "grant create on schema public to eve_owns")
            with psycopg.connect(url, autocommit=True, user="eve_owns") as connection:
                connection.execute("create table t (id int, a text)")
                control.install(connection)
                connection.execute(
                    "insert into schemaguard.promise (relid, attnum, relation_schema, relation_name, attribute_name) "
                    "values ('t'::regclass, 0, 'public', 't', null), ('t'::regclass, 2, 'public', 't', 'a')"
                )
                connection.execute("select set_config('schemaguard.test', '', false)")
                why = fence._event_triggers(connection)
                fence._sentinels(connection, are_wanted=True)
                (table,) = fence.fence_state(connection).tables
            assert "permission denied to create event trigger" in why
            assert (table.name, table.strength) == ("public.t", "views only")
            assert refused(url, "alter table t drop column a", user="eve_owns") == "2BP01"
            assert refused(url, "alter table t alter a type varchar(2)", user="eve_owns") == "0A000"
            assert refused(url, "alter table t rename a to b", user="eve_owns") is None
        finally:
            ask(url, f'alter database "{name}" owner to postgres')
            ask(url, "drop owned by eve_owns cascade")
            ask(url, "drop role eve_owns")


def test_after_a_dump_and_restore_everything_is_found_again_by_name(there: Field, promised: str) -> None:
    ask(promised, HATCH.replace("local ", "") + "; alter table t drop column n")
    with fresh(there.server) as copy:
        dumped = subprocess.run([programs("15") / "pg_dump", "--no-owner", promised], capture_output=True, check=True)
        restored = subprocess.run(
            [programs("15") / "psql", "--quiet", "-v", "ON_ERROR_STOP=1", copy],
            input=dumped.stdout,
            capture_output=True,
        )
        assert restored.returncode == 0, restored.stderr
        with connected(copy) as connection:
            assert "finds the tables again by name" in fence.fence_state(connection).why
        assert refused(copy, "alter table other add column later int") is None
        assert refused(copy, "alter table t drop column big") == "SG001"
        assert refused(copy, "alter table u rename to u2") == "SG003"
        assert refused(copy, "truncate js") == "SG004"
        with connected(copy) as connection:
            state = fence.fence_state(connection)
        assert (state.elsewhere, {each.strength for each in state.tables}) == ("full", {"full"})


def test_what_moves_no_value_passes(promised: str) -> None:
    for statement in (
        "create index concurrently t_n on t (n)",
        "reindex table concurrently t",
        "vacuum full t",
        "cluster t using t_a",
        "alter table t add column w double precision default random()",
        "refresh materialized view mv",
        "analyze",
    ):
        ask(promised, statement)
    assert field.lost(promised) == frozenset()
