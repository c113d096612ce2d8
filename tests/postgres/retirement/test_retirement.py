"""A retirement equals a drop for whoever doesn't know the object, and brings everything back for whoever does."""

from collections.abc import Iterator

import psycopg
import pytest

from schemaguard.adapters import control
from tests.conftest import VERSIONS, fresh
from tests.postgres.retirement.cases import LISTED, OWN, Case
from tests.postgres.retirement.trial import Connection, tried, undone


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    with (
        fresh(request.getfixturevalue(f"server{request.param}")) as url,
        psycopg.connect(url, autocommit=True) as connected,
    ):
        control.install(connected)
        yield connected


@pytest.mark.parametrize("case", [*LISTED.values(), *OWN.values()], ids=[*LISTED, *OWN])
def test_no_write_is_refused_that_a_drop_lets_through_and_everything_comes_back(
    connection: Connection, case: Case
) -> None:
    if connection.info.server_version < case.since * 10000:
        return  # A server of that version has no such thing.
    trial = tried(connection, case)
    assert trial.wrong == ()
    assert (case.refused or "!") in (trial.refused or "!")
    if trial.refused is None:
        assert (trial.cls, trial.debts) == (case.cls, frozenset(case.debts))


@pytest.mark.parametrize("kind", ["text", "dn", "int[]"])
def test_a_decoy_has_the_name_and_is_dropped_as_the_statement_says(connection: Connection, kind: str) -> None:
    with undone(connection):
        connection.execute("create domain dn as text not null")
        connection.execute(f'create table t (id int, "X ""y" {kind})')
        connection.execute("insert into t values (1, '{}')")
        connection.execute("select schemaguard.retire('t'::regclass, 2::int2, '0002')")
        connection.execute("select schemaguard.decoy('t'::regclass, 2::int2)")
        connection.execute('alter table t add q int, drop column "X ""y"')
        connection.execute("select schemaguard.restore(max(id)) from schemaguard.retired_object")
        rows = connection.execute("select to_jsonb(t) from t").fetchall()
    assert rows[0][0]['X "y'] in ("{}", [])
    assert rows[0][0]["q"] is None


def test_a_decoy_of_a_table_is_dropped_with_whatever_it_takes_along(connection: Connection) -> None:
    with undone(connection):
        connection.execute("create schema s")
        connection.execute('create table s."T" (id serial primary key, v text)')
        connection.execute("""insert into s."T" (v) values ('kept')""")
        connection.execute("""select schemaguard.retire('s."T"'::regclass, 0::int2, '0002')""")
        connection.execute("""select schemaguard.decoy(max(relid), 0::int2) from schemaguard.retired_object""")
        connection.execute('drop table s."T"')
        connection.execute("select schemaguard.restore(max(id)) from schemaguard.retired_object")
        assert connection.execute('select v from s."T"').fetchall() == [("kept",)]
        assert connection.execute("insert into s.\"T\" (v) values ('new') returning id").fetchall() == [(2,)]


def test_values_by_position_are_refused_while_a_retired_column_stands_among_them(connection: Connection) -> None:
    with undone(connection):
        connection.execute("create table t (id int, x text, k int)")
        connection.execute("select schemaguard.retire('t'::regclass, 2::int2, '0002')")
        connection.execute("insert into t (id, k) values (1, 5)")
        with pytest.raises(psycopg.Error, match="retired column x") as refused, connection.transaction():
            connection.execute("insert into t values (2, 'shifted', 5)")
        assert refused.value.sqlstate == "SG020"


def test_what_is_retired_already_is_not_retired_again(connection: Connection) -> None:
    with undone(connection):
        connection.execute("create table t (id int, x text)")
        numbers = [
            connection.execute("select schemaguard.retire('t'::regclass, 2::int2, '0002')").fetchone() for _ in range(2)
        ]
    assert numbers[0] == numbers[1]


def test_nobody_but_the_owner_retires(connection: Connection) -> None:
    with undone(connection):
        connection.execute("create table t (id int, x text)")
        connection.execute("create role somebody")
        connection.execute("grant usage on schema schemaguard to somebody")
        connection.execute("grant execute on function schemaguard.retire to somebody")
        connection.execute("set session authorization somebody")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("select schemaguard.retire('t'::regclass, 2::int2, '0002')")
        connection.execute("reset session authorization")
