"""A view shows what it had when it was made, whatever its tables have got since; so does what is made of it."""

import psycopg
import pytest

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.history.folding import is_refusal
from schemaguard.history.history import Section
from schemaguard.history.sql_runner import run_section
from schemaguard.sql.queries.lineage import trace

SETUP = """
create table base (id int not null, a int, b text);
create table other (id int, note text);
create view v1 as select * from base;
create view j1 as select * from base join other using (id);
create view n1 as select * from base natural join other;
create view s1(a1, a2, a3, a4, a5) as select base.*, o.* from base, other o;
create view c1 as with x as (select * from base) select * from x;
create view w1 as select base from base;
create view k1 as select count(*) from base;
create materialized view m1 as select * from base;
"""
GROWN = "alter table base add column e int; alter table other add column a2 int;"
SCRIPTS = {
    "a view over a view": f"{GROWN} create view r as select * from v1;",
    "by its alias": f"{GROWN} create view r as select v.* from v1 v;",
    "a table": f"{GROWN} create table r as select * from v1;",
    "select into": f"{GROWN} select * into r from v1;",
    "a materialized view": f"{GROWN} create materialized view r as select * from m1;",
    "a join": f"{GROWN} create view r as select * from j1;",
    "a natural join": "alter table other add column b text; create view r as select * from n1;",
    "two stars": f"{GROWN} create view r as select * from s1;",
    "a query of its own": f"{GROWN} create view r as select * from c1;",
    "three of them": f"{GROWN} create view x as select * from v1; alter table base add column f int; "
    "create view r as select * from x;",
    "an aggregate": f"{GROWN} create view r as select * from k1;",
    "table": f"{GROWN} create view r as table v1;",
    "a subquery": f"{GROWN} create view r as select * from (select * from v1) s;",
    "with the table itself": f"{GROWN} create view r as select v1.*, base.e from v1 join base on base.id = v1.id;",
    "a union": f"{GROWN} create view r as select * from v1 union all select id, a, b from base;",
    "a renamed column": "alter table base rename column a to z; create view r as select * from v1;",
    "a renamed table": "alter table base rename to ground; create view r as select * from v1;",
    "a moved table": "create schema x; alter table base set schema x; create view r as select * from v1;",
    "a renamed column of the view": "alter view v1 rename column a to q; create view r as select * from v1;",
    "renamed and grown": f"{GROWN} alter table base rename column a to z; create view r as select * from v1;",
    "names of its own": f"create view x(p, q) as select id, a from base; {GROWN} create view r as select * from x;",
    "another table of the name": "alter table base rename to ground; create table base (other int); "
    "create view r as select * from v1;",
    "the view anew": f"{GROWN} create or replace view v1 as select * from base; create view r as select * from v1;",
    "the table itself": f"{GROWN} create view r as select * from base;",
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_it_has_the_columns_that_the_server_gives_it(each_database: str, script: str) -> None:
    with psycopg.connect(each_database, autocommit=True) as connection:
        connection.execute((SETUP + script).encode())
        there = read_catalog(connection)
    steps = run_section(Section("1.sql", SETUP + script), Catalog())
    assert not any(is_refusal(change) for step in steps for change in step.changes)
    folded = steps[-1].after
    for name in (*there.views, *there.tables):
        assert _shown(name, folded) == _shown(name, there)


def _shown(name: Name, catalog: Catalog) -> list[str]:
    found = catalog.views.get(name) or catalog.tables[name]
    return [column.name for column in found.columns or ()]


def test_a_query_over_a_view_reads_what_the_view_read() -> None:
    catalog = run_section(Section("1.sql", SETUP + GROWN), Catalog())[-1].after
    base = Name("base", "public")
    assert trace("select * from v1", catalog).reads == {(base, "id"), (base, "a"), (base, "b")}
    assert [output.may_be_null for output in trace("select * from v1", catalog).outputs] == [False, True, True]
    renamed = run_section(Section("2.sql", "alter table base rename column a to z;"), catalog)[-1].after
    assert trace("select a from v1", renamed).reads == {(base, "z")}


def test_the_text_of_a_view_follows_a_rename_below_it() -> None:
    made = "create view e1 as select id, a from base where b = 'x'; alter table base rename column a to z;"
    catalog = run_section(Section("1.sql", SETUP + made), Catalog())[-1].after
    base = Name("base", "public")
    assert trace("select id from e1", catalog).reads == {(base, "id"), (base, "b")}
    assert trace("select a from e1", catalog).reads == {(base, "z"), (base, "b")}
