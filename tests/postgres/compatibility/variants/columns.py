"""Further changes of columns and what they are computed with."""

from tests.postgres.compatibility.case import Case, column

VARIANTS = (
    Case(
        row="",
        what="a policy's function is dropped with CASCADE",
        setup=(
            "create function f() returns boolean language sql stable as 'select true'; create table t (id "
            "bigint primary key, a int); insert into t values (1,1); create policy p on t using (f()); "
            "alter table t enable row level security;"
        ),
        change="drop function f() cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="row-security",
        writer="row-security",
        sent=((2, 2),),
        through=("table",),
    ),
    Case(
        row="",
        what="a trigger's function is dropped with CASCADE",
        setup=(
            "create function f() returns trigger language plpgsql as 'begin return new; end'; create table "
            "t (id bigint primary key, a int); insert into t values (1,1); create trigger g before insert "
            "on t for each row execute function f();"
        ),
        change="drop function f() cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        sent=((2, 2),),
        through=("table",),
    ),
    Case(
        row="",
        what="an index's function is dropped with CASCADE",
        setup=(
            "create function f(int) returns int language sql immutable as 'select $1'; create table t (id "
            "bigint primary key, a int); create unique index u on t (f(a)); insert into t values (1,1);"
        ),
        change="drop function f(int) cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        sent=((2, 2),),
        through=("table",),
    ),
    Case(
        row="",
        what="the schema of a default's function is dropped with CASCADE",
        setup=(
            "create schema side; create function side.f() returns int language sql as 'select 1'; create "
            "table t (id bigint primary key, a int not null default side.f()); insert into t values (1,1);"
        ),
        change="drop schema side cascade",
        promises=(column("id", "bigint"),),
        writer="default-dropped",
        written=(column("id", "bigint"),),
        sent=((2,),),
        through=("table",),
        accesses=("write",),
    ),
    Case(
        row="",
        what="a table's check is renamed",
        setup=(
            "create table t (id bigint primary key, a int constraint c check (a < 10)); insert into t values (1,1);"
        ),
        change="alter table t rename constraint c to c2",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        sent=((2, 2),),
        through=("table",),
    ),
    Case(
        row="",
        what="a generated column's function does otherwise",
        setup=(
            "create function f(int) returns int language sql immutable as 'select $1*2'; create table t "
            "(id bigint primary key, n int, a int generated always as (f(n)) stored); insert into t values "
            "(1,1);"
        ),
        change="create or replace function f(int) returns int language sql immutable as 'select $1*3'",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="expression-changed",
        writer="expression-changed",
        written=(
            column("id", "bigint"),
            column("n", "integer"),
        ),
        sent=((2, 2),),
        others=("insert into t(id,n) values (3,3)",),
        through=("table",),
    ),
    Case(
        row="",
        what="a required generated column loses its expression",
        setup=(
            "create table t (id bigint primary key, n int, a int not null generated always as (n*2) "
            "stored); insert into t values (1,1);"
        ),
        change="alter table t alter a drop expression",
        promises=(
            column("id", "bigint"),
            column("a", "integer", required=True),
        ),
        reader="expression-changed",
        writer="default-dropped",
        written=(
            column("id", "bigint"),
            column("n", "integer"),
        ),
        sent=((2, 2),),
        others=("insert into t(id,n,a) values (3,3,99)",),
        through=("table",),
    ),
    Case(
        row="",
        what="a function is renamed, then dropped with CASCADE",
        setup=(
            "create function norm(text) returns text language sql immutable as 'select lower($1)'; create "
            "table t (id bigint primary key, name text, a text generated always as (norm(name)) stored); "
            "insert into t (id, name) values (1, 'A');"
        ),
        change="alter function norm(text) rename to norm2; drop function norm2(text) cascade",
        promises=(
            column("id", "bigint"),
            column("a", "text"),
        ),
        reader="column-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a function is moved, then dropped with CASCADE",
        setup=(
            "create schema side; create function norm(text) returns text language sql immutable as 'select "
            "lower($1)'; create table t (id bigint primary key, name text, a text generated always as "
            "(norm(name)) stored); insert into t (id, name) values (1, 'A');"
        ),
        change="alter function norm(text) set schema side; drop function side.norm(text) cascade",
        promises=(
            column("id", "bigint"),
            column("a", "text"),
        ),
        reader="column-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="the function that the query calls moves into another schema",
        setup=(
            "create schema side;create function twice(int) returns int language sql immutable as 'select "
            "$1 * 2';create table t (id bigint primary key, a int); insert into t values(1,1);"
        ),
        change="alter function twice(int) set schema side",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="function-dropped",
        query="select id, twice(a) as a from t",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="one of two functions is dropped, the one that the query calls",
        setup=(
            "create function twice(int) returns int language sql immutable as 'select $1 * 2';create "
            "function twice(int,int) returns int language sql immutable as 'select 1'; create table t (id "
            "bigint primary key, a int); insert into t values(1,1);"
        ),
        change="drop function twice(int)",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="function-dropped",
        query="select id, twice(a) as a from t",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="DROP EXPRESSION IF EXISTS meets a plain column",
        setup="create table t (id bigint primary key, a int); insert into t values (1,1);",
        change="alter table t alter a drop expression if exists",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a collation is dropped with CASCADE",
        setup=(
            "create collation c1 (locale = 'C'); create table t (id bigint primary key, a text collate "
            "c1); insert into t values (1,'x');"
        ),
        change="drop collation c1 cascade",
        promises=(
            column("id", "bigint"),
            column("a", "text"),
        ),
        reader="column-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a search configuration is dropped with CASCADE",
        setup=(
            "create text search configuration cfg (copy = simple); create table t (id bigint primary key, "
            "k text, a tsvector generated always as (to_tsvector('cfg', k)) stored); insert into t values "
            "(1,'x');"
        ),
        change="drop text search configuration cfg cascade",
        promises=(
            column("id", "bigint"),
            column("a", "tsvector"),
        ),
        reader="column-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a search configuration is dropped with CASCADE that a cast names",
        setup=(
            "create text search configuration cfg (copy = simple); create table t (id bigint primary key, "
            "k text, a tsvector generated always as (to_tsvector('public.cfg'::regconfig, k)) stored); "
            "insert into t values (1,'x');"
        ),
        change="drop text search configuration cfg cascade",
        promises=(
            column("id", "bigint"),
            column("a", "tsvector"),
        ),
        reader="column-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a nullable column's default goes with its function",
        setup=(
            "create function fresh() returns int language sql as 'select 1'; create table t (id bigint "
            "primary key, a int default fresh());"
        ),
        change="drop function fresh() cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="default-changed",
        writer="default-changed",
        written=(column("id", "bigint"),),
        sent=((2,),),
        others=("insert into t(id) values (5)",),
        through=("table",),
    ),
    Case(
        row="",
        what="a trigger goes with its function",
        setup=(
            "create function f() returns trigger language plpgsql as 'begin new.a := 9; return new; end'; "
            "create table t (id bigint primary key, a int); create trigger g before insert on t for each "
            "row execute function f();"
        ),
        change="drop function f() cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a check goes with its function",
        setup=(
            "create function ok(int) returns boolean language sql immutable as 'select $1<100'; create "
            "table t (id bigint primary key, a int check (ok(a)));"
        ),
        change="drop function ok(int) cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        sent=((2, 3),),
        through=("table",),
    ),
)
