"""What the database computes, and the functions that it computes with."""

from tests.postgres.compatibility.case import Case, column

ID = column("id", "bigint", required=True)
TAXED = """
create table t (id bigint primary key, net int not null, a int generated always as (net * 2) stored);
insert into t values (1, 5);
"""
NORMALIZED = """
create function norm(text) returns text language sql immutable as 'select lower($1)';
create table t (id bigint primary key, name text, a text generated always as (norm(name)) stored);
insert into t (id, name) values (1, 'A');
"""
WRITTEN = (ID, column("net", "integer", required=True))

CASES = (
    Case(
        row="USING that computes other values",
        what="USING changes the unit under the same type",
        setup="create table t (id bigint primary key, a numeric(12,2)); insert into t values (1, 5);",
        change="alter table t alter a type numeric(12,2) using a * 100",
        promises=(ID, column("a", "numeric(12,2)")),
        accesses=("read",),
        through=("table",),
        reader="values-converted",
    ),
    Case(
        row="USING that computes other values",
        what="USING changes the unit under a wider type",
        setup="create table t (id bigint primary key, a int); insert into t values (1, 5);",
        change="alter table t alter a type bigint using (a * 100)::bigint",
        promises=(ID, column("a", "integer")),
        accesses=("read",),
        through=("table",),
        reader="values-converted",
    ),
    Case(
        row="USING that computes other values",
        what="USING casts through a narrower type",
        setup="create table t (id bigint primary key, a numeric(12,2)); insert into t values (1, 5.25);",
        change="alter table t alter column a type numeric(12,2) using a::int",
        promises=(ID, column("a", "numeric(12,2)")),
        accesses=("read",),
        through=("table",),
        reader="values-converted",
    ),
    Case(
        row="USING that computes other values",
        what="USING casts the column to its new type",
        setup="create table t (id bigint primary key, a int); insert into t values (1, 5);",
        change='alter table t alter a type bigint using "a"::bigint',
        promises=(ID, column("a", "integer")),
        sent=((2, 3),),
        through=("table",),
    ),
    Case(
        row="USING that computes other values",
        what="USING casts an enum through text to a wider one",
        setup="create type old_mood as enum ('a', 'b'); create type mood as enum ('a', 'b', 'c');"
        "create table t (id bigint primary key, a old_mood); insert into t values (1, 'a');",
        change="alter table t alter a type mood using a::text::mood",
        promises=(ID,),
        query="select id, a::text from t",
        insert="insert into t (id, a) values (%s, 'b')",
        sent=((2,),),
        through=("table",),
    ),
    Case(
        row="UPDATE of rows that are there",
        what="every row gets another value",
        setup="create table t (id bigint primary key, a int); insert into t values (1, 5);",
        change="update t set a = a * 100",
        promises=(ID, column("a", "integer")),
        sent=((2, 3),),
        reader="rows-overwritten",
        accesses=("read",),
    ),
    Case(
        row="expression of a generated column lost or replaced",
        what="a generated column loses its expression",
        setup=TAXED,
        change="alter table t alter a drop expression",
        promises=(ID, column("a", "integer")),
        written=WRITTEN,
        others=("insert into t (id, net) values (3, 7)",),
        sent=((2, 3),),
        reader="expression-changed",
        writer="expression-changed",
    ),
    Case(
        row="expression of a generated column lost or replaced",
        what="a generated column is made again with another expression",
        setup=TAXED,
        change="alter table t drop a; alter table t add a int generated always as (net * 3) stored",
        promises=(ID, column("a", "integer")),
        written=WRITTEN,
        sent=((2, 3),),
        through=("table",),
        reader="expression-changed",
        writer="expression-changed",
    ),
    Case(
        row="expression of a generated column lost or replaced",
        what="a column that a generated one is made of is renamed, and no contract names it",
        setup=TAXED,
        change="alter table t rename net to gross",
        promises=(ID, column("a", "integer")),
        accesses=("read",),
    ),
    Case(
        row="function replaced on which a generated column, default or check stands",
        what="the function in a default does otherwise",
        setup="create function fresh() returns int language sql as 'select 1';"
        "create table t (id bigint primary key, a int default fresh());",
        change="create or replace function fresh() returns int language sql as 'select 2'",
        promises=(ID, column("a", "integer")),
        written=(ID,),
        others=("insert into t (id) values (3)",),
        sent=((2,),),
        reader="default-changed",
        writer="default-changed",
    ),
    Case(
        row="function replaced on which a generated column, default or check stands",
        what="the function in a check refuses more",
        setup="create function fits(int) returns boolean language sql immutable as 'select $1 < 100';"
        "create table t (id bigint primary key, a int check (fits(a)));",
        change="create or replace function fits(int) returns boolean language sql immutable as 'select $1 < 2'",
        promises=(ID, column("a", "integer")),
        sent=((2, 3),),
        accesses=("write",),
        writer="check-added",
    ),
    Case(
        row="function replaced on which a generated column, default or check stands",
        what="a function is replaced by the same one in other lines",
        setup="create function fresh() returns int language sql as 'select 1';"
        "create table t (id bigint primary key, a int default fresh());",
        change="create or replace function fresh() returns int language sql as $$\n  SELECT 1 -- one\n$$",
        promises=(ID, column("a", "integer")),
        written=(ID,),
        others=("insert into t (id) values (3)",),
        sent=((2,),),
    ),
    Case(
        row="function dropped or renamed that the query calls",
        what="the function that the query calls is dropped",
        setup="create function twice(int) returns int language sql as 'select $1 * 2';"
        "create table t (id bigint primary key, a int); insert into t values (1, 5);",
        change="drop function twice(int)",
        promises=(ID, column("a", "integer")),
        query="select id, twice(a) as a from t",
        accesses=("read",),
        through=("table",),
        reader="function-dropped",
    ),
    Case(
        row="function dropped or renamed that the query calls",
        what="the function that the query calls is renamed",
        setup="create function twice(int) returns int language sql as 'select $1 * 2';"
        "create table t (id bigint primary key, a int); insert into t values (1, 5);",
        change="alter function twice(int) rename to doubled",
        promises=(ID, column("a", "integer")),
        query="select id, twice(a) as a from t",
        accesses=("read",),
        through=("table",),
        reader="function-dropped",
    ),
    Case(
        row="function dropped or renamed that the query calls",
        what="a function is dropped that nothing calls",
        setup="create function twice(int) returns int language sql as 'select $1 * 2';"
        "create table t (id bigint primary key, a int); insert into t values (1, 5);",
        change="drop function twice(int) cascade",
        promises=(ID, column("a", "integer")),
        query="select id, a from t",
        accesses=("read",),
        through=("table",),
    ),
    Case(
        row="drop column",
        what="another function of the same name is dropped with CASCADE",
        setup=f"create function norm(text, text) returns text language sql immutable as 'select $2'; {NORMALIZED}",
        change="drop function norm(text, text) cascade",
        promises=(ID, column("a", "text")),
        written=(ID, column("name", "text")),
        sent=((2, "B"),),
        through=("table",),
    ),
    Case(
        row="drop table",
        what="the function of a view is dropped with CASCADE",
        setup=f"{NORMALIZED} create view v as select id, norm(name) as a from t;",
        change="drop function norm cascade",
        promises=(ID, column("a", "text")),
        table="v",
        accesses=("read",),
        through=("table",),
        reader="table-dropped",
    ),
    Case(
        row="drop default of a column that the writer omits",
        what="the function of a required column's default is dropped with CASCADE",
        setup="create function fresh() returns int language sql as 'select 1';"
        "create table t (id bigint primary key, a int not null default fresh());",
        change="drop function fresh() cascade",
        promises=(ID,),
        sent=((2,),),
        accesses=("write",),
        through=("table",),
        writer="default-dropped",
    ),
    Case(
        row="enable RLS without a policy",
        what="the function of the only policy is dropped with CASCADE",
        setup="create function may() returns boolean language sql stable as 'select true';"
        "create table t (id bigint primary key, a int); insert into t values (1, 5);"
        "create policy p on t using (may()); alter table t enable row level security;",
        change="drop function may() cascade",
        promises=(ID, column("a", "integer")),
        sent=((2, 3),),
        through=("table",),
        reader="row-security",
        writer="row-security",
    ),
    Case(
        row="drop column",
        what="the function of a generated column is dropped with CASCADE",
        setup=NORMALIZED,
        change="drop function norm(text) cascade",
        promises=(ID, column("a", "text")),
        written=(ID, column("name", "text")),
        sent=((2, "B"),),
        through=("table",),
        reader="column-dropped",
    ),
)
