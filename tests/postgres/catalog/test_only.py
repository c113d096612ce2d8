"""ALTER TABLE ONLY leaves a table's children as they are, or is refused, as the server has it."""

import psycopg
import pytest

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.history.folding import is_refusal
from schemaguard.history.history import Section
from schemaguard.history.sql_runner import run_section

SETUP = """
create table par (id int, age int default 1, note text, constraint pos check (age > 0) no inherit);
create table kid (nick text) inherits (par);
create table grandkid (x int) inherits (kid);
create table pt (id int not null, k int not null, v int default 1) partition by list (k);
create table p1 partition of pt for values in (1);
"""
STATEMENTS = """
alter table only par alter column age set default 2
alter table par alter column age set default 2
alter table only par alter column age drop default
alter table par alter column age drop default
alter table only par alter column age set not null
alter table par alter column age set not null
alter table only par alter column age drop not null
alter table only par alter column age type bigint
alter table par alter column age type bigint
alter table only par drop column note
alter table only par drop column note; alter table kid drop column note
alter table par drop column note
alter table only par add column zz int
alter table par add column zz int
alter table only par rename column note to remark
alter table par rename column note to remark
alter table only par add constraint c2 check (id > 0)
alter table only par add constraint c2 check (id > 0) no inherit
alter table par add constraint c2 check (id > 0)
alter table only par drop constraint pos
alter table par add primary key (id)
alter table only pt alter column v set default 5
alter table pt alter column v set default 5
alter table only pt alter column v drop default
alter table only pt drop column v
alter table only pt add column zz int
alter table only pt alter column v set not null
alter table pt alter column v set not null
alter table only pt alter column v type bigint
alter table only pt rename column v to w
alter table only pt add primary key (id, k)
alter table only pt add constraint c check (id > 0)
alter table only kid alter column nick set default 'x'
alter table kid alter column nick set default 'x'
alter table only kid drop column nick
alter table only kid rename column nick to nn
alter table only grandkid drop column x
alter table only grandkid alter column x type bigint
alter table only grandkid rename column x to xx
alter table only grandkid add column zz int
alter table only (par) alter column age set default 4
alter table par * alter column age set default 4
alter table if exists only par alter age set default 2, alter note set default 'x'
delete from only par
truncate only par
update only par set age = 1
"""


@pytest.mark.parametrize("statement", STATEMENTS.strip().splitlines())
def test_only_is_only(each_database: str, statement: str) -> None:
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
    assert all(said in one for one in refused)
    if there is not None:
        assert difference(there, steps[-1].after) == ()
