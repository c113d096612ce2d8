"""Further changes of functions, below views."""

from tests.postgres.compatibility.case import Case, column

VARIANTS = (
    Case(
        row="",
        what="an enum is dropped with CASCADE that a view's function takes",
        setup=(
            "create type m as enum('a'); create function f(x m) returns int language sql immutable as "
            "'select 1'; create table b (id bigint primary key); insert into b values(1); create view t as "
            "select id, f('a') as a from b;"
        ),
        change="drop type m cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="table-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a function is dropped with CASCADE, and a view calls another of its name",
        setup=(
            "create function f(int) returns int language sql immutable as 'select 1'; create function "
            "f(int,int) returns int language sql immutable as 'select 1'; create table b (id bigint "
            "primary key); insert into b values(1); create view t as select id, f(1) as a from b;"
        ),
        change="drop function f(int,int) cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a table is dropped with CASCADE that a view's function reads",
        setup=(
            "create table b (id bigint primary key, k text); insert into b values(1,'a'); create function "
            "g() returns bigint begin atomic select max(id) from b; end; create view t as select id, g() "
            "as a from (values (1::bigint)) x(id);"
        ),
        change="drop table b cascade",
        promises=(
            column("id", "bigint"),
            column("a", "bigint"),
        ),
        reader="table-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a schema with a view's function is dropped with CASCADE",
        setup=(
            "create schema side; create function side.f(int) returns int language sql immutable as 'select "
            "$1'; create table b (id bigint primary key, k text, n int); insert into b values "
            "(1,'a',2);create view t as select id, side.f(n) as a from b;"
        ),
        change="drop schema side cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="table-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a function is dropped with CASCADE that a view reads from",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "function rows_of() returns table(id bigint, a int) language sql stable as 'select id, n from "
            "b'; create view t as select * from rows_of();"
        ),
        change="drop function rows_of cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="table-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="an aggregate is dropped with CASCADE",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "aggregate total_of(int) (sfunc = int4pl, stype = int, initcond = '0'); create view t as "
            "select id, total_of(n) as a from b group by id;"
        ),
        change="drop aggregate total_of(int) cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="table-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="an aggregate's function is dropped with CASCADE",
        setup=(
            "create function twice(int) returns int language sql immutable as 'select $1 * 2';create table "
            "b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create function "
            "addup(int,int) returns int language sql immutable as 'select $1+coalesce($2,0)'; create "
            "aggregate total_of(int) (sfunc = addup, stype = int, initcond = '0'); create view t as select "
            "id, total_of(n) as a from b group by id;"
        ),
        change="drop function addup(int,int) cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="table-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a function with a quoted name is dropped with CASCADE",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "function \"Norm It\"(int) returns int language sql immutable as 'select $1'; create view t as "
            'select id, "Norm It"(n) as a from b;'
        ),
        change='drop function "Norm It"(int) cascade',
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="table-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="the function of a view below a view is dropped with CASCADE",
        setup=(
            "create function twice(int) returns int language sql immutable as 'select $1 * 2';create table "
            "b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create view m as "
            "select id, twice(n) as a from b; create view t as select id, a from m;"
        ),
        change="drop function twice(int) cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="table-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a function and its view are dropped and made again as they were",
        setup=(
            "create function twice(int) returns int language sql immutable as 'select $1 * 2';create table "
            "b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create view t as "
            "select id, twice(n) as a from b;"
        ),
        change=(
            "drop function twice(int) cascade; create function twice(int) returns int language sql "
            "immutable as 'select $1 * 2'; create view t as select id, twice(n) as a from b; grant select "
            "on t to sg_client"
        ),
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a function does otherwise that another one calls",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "function inner_f(int) returns int language sql immutable as 'select $1'; create function "
            "outer_f(int) returns int language plpgsql immutable as 'begin return inner_f($1); end'; "
            "create view t as select id, outer_f(n) as a from b;"
        ),
        change="create or replace function inner_f(int) returns int language sql immutable as 'select $1 + 1'",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="definition-changed",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a function becomes strict",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "function g(int) returns int language sql immutable as 'select coalesce($1, 0)'; insert into b "
            "values (5,'x',null); create view t as select id, g(n) as a from b;"
        ),
        change=(
            "create or replace function g(int) returns int language sql immutable strict as 'select coalesce($1, 0)'"
        ),
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="definition-changed",
        through=("table",),
        accesses=("read",),
    ),
)
