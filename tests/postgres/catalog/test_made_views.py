"""A view or table that the server would refuse to make is refused, with its SQLSTATE; what it makes is made."""

import psycopg
import pytest

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.history.folding import is_refusal
from schemaguard.history.history import Section
from schemaguard.history.sql_runner import run_section

SETUP = """
create type mood as enum ('ok','bad');
create table base (id int not null, a int, b text);
create table other (id int, note text);
create table numbers (n numeric(10,2), d date);
create table feels (m mood);
create table lists (t text[]);
create view v1 as select * from base;
create view n1 as select n, d from numbers;
create view e1 as select m from feels;
create view a1 as select t from lists;
create materialized view m1 as select 1 as x;
"""
STATEMENTS = """
create view r as select id, id from base;
create view r as select 1, 2;
create view r as select now(), now();
create view r as select count(*), count(a) from base;
create view r(a, b) as select 1, 2;
create view r(a, a) as select 1, 2;
create view r(a, b, c) as select 1, 2;
create view r(a) as select 1, 2;
create table r as select id, id from base;
create table r as select now(), current_timestamp;
create table r as select 1, 2;
create table r(a, b, c) as select 1, 2;
create table r(a) as select 1 as x, 2 as y;
create table r(a, a) as select 1, 2;
create table r as select b.*, o.* from base b, other o;
create table r as select * from base join other using (id);
create table r as select upper(b), lower(b), upper(b) from base;
select id, id into r from base;
create materialized view r as select id, id from base;
create materialized view r(a,b,c) as select 1,2;
create or replace view v1 as select id, a, b from base;
create or replace view v1 as select id, a, b, 1 as extra from base;
create or replace view v1 as select id, a from base;
create or replace view v1 as select a, id, b from base;
create or replace view v1 as select id, a as z, b from base;
create or replace view v1 as select id::bigint as id, a, b from base;
create or replace view v1 as select id, a::text as a, b from base;
create or replace view v1 as select id, a, b::varchar as b from base;
create or replace view v1 as select id, a, b::varchar(10) as b from base;
create or replace view v1 as select id, a, b::mood as b from base;
create or replace view v1 as select id, a, upper(b) as b from base;
create or replace view v1 as select id, a, coalesce(b, 'x') as b from base;
create or replace view v1 as select id, a, 'x' as b from base;
create or replace view v1 as select id, a + 1 as a, b from base;
create or replace view v1 as select id, a + 1.5 as a, b from base;
create or replace view v1 as select id, now() as a, b from base;
create or replace view v1 as select id, count(*) as a, max(b) as b from base group by id;
create or replace view v1 as select max(id) as id, min(a) as a, max(b) as b from base;
create or replace view v1 as select id, (a)::integer as a, b from base;
create or replace view v1 as select id, case when a > 1 then a else 2 end as a, b from base;
create or replace view v1 as select id, null::int as a, b from base;
create or replace view v1 as select id, (select max(a) from base) as a, b from base;
create or replace view v1 as select id, (select count(*) from base) as a, b from base;
create or replace view v1 as select id, row_number() over () as a, b from base;
create or replace view v1 as select id, sum(a) as a, b from base group by id, b;
create or replace view v1 as select id, length(b) as a, b from base;
create or replace view v1 as select id, a > 1 as a, b from base;
create or replace view v1(x, y, z) as select id, a, b from base;
create or replace view v1(id, a, b) as select id, a, b from base;
create or replace view v1 as select * from base;
create or replace view v1 as values (1, 2, 'x');
create or replace view v1 as select * from (values (1, 2, 'x')) t(id, a, b);
create or replace view n1 as select max(n) as n, d from numbers group by d;
create or replace view n1 as select n, d from numbers;
create or replace view n1 as select n::numeric(10,2) as n, d from numbers;
create or replace view n1 as select n::numeric(10,3) as n, d from numbers;
create or replace view n1 as select coalesce(n, 0) as n, d from numbers;
create or replace view n1 as select coalesce(n, n) as n, d from numbers;
create or replace view n1 as select n, d::timestamp as d from numbers;
create or replace view n1 as select n, d + 1 as d from numbers;
create or replace view n1 as select n, current_date as d from numbers;
create or replace view n1 as select n, date '2020-01-01' as d from numbers;
create or replace view n1 as select n, date_trunc('day', d) as d from numbers;
create or replace view n1 as select n, d::date as d from numbers union all select 1, current_date;
create or replace view e1 as select m from feels;
create or replace view e1 as select m::text as m from feels;
create or replace view e1 as select m::mood as m from feels;
create or replace view e1 as select 'ok'::mood as m from feels;
create or replace view e1 as select 'ok' as m from feels;
alter type mood rename to feeling; create or replace view e1 as select m from feels;
alter type mood rename to feeling; create or replace view e1 as select m::feeling as m from feels;
create or replace view a1 as select t::varchar[] as t from lists;
create or replace view a1 as select t from lists;
create or replace view a1 as select array_agg(x) as t from (select unnest(t) as x from lists) s;
create or replace view a1 as select string_to_array('a', ',') as t;
create or replace view only_new as select 1 as x;
alter table base add column zz int; create or replace view v1 as select * from base;
alter table base add column zz int; create view r as select v1.*, 1 as zz from v1;
create or replace view base as select 1 as x;
create or replace view m1 as select 1 as x;
"""


@pytest.mark.parametrize("statement", STATEMENTS.strip().splitlines())
def test_what_the_server_refuses_is_refused(each_database: str, statement: str) -> None:
    said, there = "", None
    with psycopg.connect(each_database, autocommit=True) as connection:
        connection.execute(SETUP.encode())
        try:
            connection.execute(statement.encode())
            there = read_catalog(connection)
        except psycopg.Error as error:
            said = str(error.sqlstate)
    steps = run_section(Section("1.sql", SETUP + statement), Catalog())
    refused = [str(change) for step in steps for change in step.changes if is_refusal(change)]
    assert bool(refused) is (there is None)
    assert all(f"({said})" in one for one in refused)
    if there is not None:
        assert difference(there, steps[-1].after) == ()
