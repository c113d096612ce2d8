"""A retirement equals a drop for whoever doesn't know the object, and brings everything back for whoever does."""

import psycopg
import pytest

from tests.postgres.retirement.cases import LISTED, OWN, Case
from tests.postgres.retirement.trial import Connection, tried, undone


@pytest.mark.parametrize("case", [*LISTED.values(), *OWN.values()], ids=[*LISTED, *OWN])
def test_no_write_is_refused_that_a_drop_lets_through_and_everything_comes_back(
    retiring: Connection, case: Case
) -> None:
    if retiring.info.server_version < case.since * 10000:
        return  # A server of that version has no such thing.
    trial = tried(retiring, case)
    assert trial.wrong == ()
    assert (case.refused or "!") in (trial.refused or "!")
    assert trial.predicted == (case.predicted or ("impossible" if case.refused else case.cls))
    if trial.refused is None:
        assert (trial.cls, trial.debts) == (case.cls, frozenset(case.debts))


@pytest.mark.parametrize("kind", ["text", "dn", "int[]"])
def test_a_decoy_has_the_name_and_is_dropped_as_the_statement_says(retiring: Connection, kind: str) -> None:
    with undone(retiring):
        retiring.execute("create domain dn as text not null")
        retiring.execute(f'create table t (id int, "X ""y" {kind})')
        retiring.execute("insert into t values (1, '{}')")
        retiring.execute("select schemaguard.retire('t'::regclass, 2::int2, '0002')")
        retiring.execute("select schemaguard.decoy('t'::regclass, 2::int2)")
        retiring.execute('alter table t add q int, drop column "X ""y"')
        retiring.execute("select schemaguard.restore(max(id)) from schemaguard.retired_object")
        rows = retiring.execute("select to_jsonb(t) from t").fetchall()
    assert rows[0][0]['X "y'] in ("{}", [])
    assert rows[0][0]["q"] is None


def test_a_decoy_of_a_table_is_dropped_with_whatever_it_takes_along(retiring: Connection) -> None:
    with undone(retiring):
        retiring.execute("create schema s")
        retiring.execute('create table s."T" (id serial primary key, v text)')
        retiring.execute("""insert into s."T" (v) values ('kept')""")
        retiring.execute("""select schemaguard.retire('s."T"'::regclass, 0::int2, '0002')""")
        retiring.execute("""select schemaguard.decoy(max(relid), 0::int2) from schemaguard.retired_object""")
        retiring.execute('drop table s."T"')
        retiring.execute("select schemaguard.restore(max(id)) from schemaguard.retired_object")
        assert retiring.execute('select v from s."T"').fetchall() == [("kept",)]
        assert retiring.execute("insert into s.\"T\" (v) values ('new') returning id").fetchall() == [(2,)]


def test_values_by_position_are_refused_while_a_retired_column_stands_among_them(retiring: Connection) -> None:
    with undone(retiring):
        retiring.execute("create table t (id int, x text, k int)")
        retiring.execute("select schemaguard.retire('t'::regclass, 2::int2, '0002')")
        retiring.execute("insert into t (id, k) values (1, 5)")
        with pytest.raises(psycopg.Error, match="retired column x") as refused, retiring.transaction():
            retiring.execute("insert into t values (2, 'shifted', 5)")
        assert refused.value.sqlstate == "SG020"


def test_what_is_retired_already_is_not_retired_again(retiring: Connection) -> None:
    with undone(retiring):
        retiring.execute("create table t (id int, x text)")
        numbers = [
            retiring.execute("select schemaguard.retire('t'::regclass, 2::int2, '0002')").fetchone() for _ in range(2)
        ]
    assert numbers[0] == numbers[1]


def test_nobody_but_the_owner_retires(retiring: Connection) -> None:
    with undone(retiring):
        retiring.execute("create table t (id int, x text)")
        retiring.execute("create role somebody")
        retiring.execute("grant usage on schema schemaguard to somebody")
        retiring.execute("grant execute on function schemaguard.retire to somebody")
        retiring.execute("set session authorization somebody")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), retiring.transaction():
            retiring.execute("select schemaguard.retire('t'::regclass, 2::int2, '0002')")
        retiring.execute("reset session authorization")
