"""Further changes of composite types, enums and domains."""

from tests.postgres.compatibility.case import Case, column

VARIANTS = (
    Case(
        row="",
        what="a table gets a column whose row type is under contract",
        setup=(
            "create table pair (x int, y int); create table t (id bigint primary key, a pair); insert into "
            "t values (1,'(1,2)');"
        ),
        change="alter table pair add z int",
        promises=(
            column("id", "bigint"),
            column("a", "pair"),
        ),
        reader="attribute-added",
        writer="attribute-added",
        sent=((2, "(1,2)"),),
        through=("table",),
    ),
    Case(
        row="",
        what="a column is renamed of a table whose row type is under contract",
        setup=(
            "create table pair (x int, y int); create table t (id bigint primary key, a pair); insert into "
            "t values (1,'(1,2)');"
        ),
        change="alter table pair rename x to z",
        promises=(
            column("id", "bigint"),
            column("a", "pair"),
        ),
        reader="attribute-renamed",
        query="select id, (a).x from t",
        sent=((2, "(1,2)"),),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a composite type is dropped with CASCADE",
        setup=(
            "create type pair as (x int, y int);create table t (id bigint primary key, a pair, note text); "
            "insert into t values (1, '(1,2)');"
        ),
        change="drop type pair cascade",
        promises=(
            column("id", "bigint"),
            column("a", "pair"),
        ),
        reader="column-dropped",
        writer="column-dropped",
        sent=((2, "(1,2)"),),
        through=("table",),
    ),
    Case(
        row="",
        what="an enum is dropped with CASCADE of which there is an array",
        setup=(
            "create type m as enum('a'); create table t (id bigint primary key, a m[]); insert into t values (1,'{a}');"
        ),
        change="drop type m cascade",
        promises=(
            column("id", "bigint"),
            column("a", "m[]"),
        ),
        reader="column-dropped",
        query="select id, a::text[] from t",
        insert="insert into t values (%s, %s::m[])",
        sent=((2, ["a"]),),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="the function of a domain's check is dropped with CASCADE",
        setup=(
            "create function f(int) returns boolean language sql immutable as 'select $1<10'; create "
            "domain d as int check (f(value)); create table t (id bigint primary key, a d); insert into t "
            "values (1,1);"
        ),
        change="drop function f(int) cascade",
        promises=(
            column("id", "bigint"),
            column("a", "d"),
        ),
        sent=((2, 2),),
        through=("table",),
    ),
    Case(
        row="",
        what="a domain gets a default and loses it",
        setup=(
            "create domain d as int; create table t (id bigint primary key, a d not null); insert into t values (1,1);"
        ),
        change="alter domain d set default 5; alter domain d drop default",
        promises=(
            column("id", "bigint"),
            column("a", "d"),
        ),
        sent=((2, 3),),
        through=("table",),
    ),
    Case(
        row="",
        what="a domain's check is validated",
        setup=(
            "create domain d as int; create table t (id bigint primary key, a d); insert into t values "
            "(1,1); alter domain d add constraint c check (value < 3) not valid;"
        ),
        change="alter domain d validate constraint c",
        promises=(
            column("id", "bigint"),
            column("a", "d"),
        ),
        sent=((2, 2),),
        through=("table",),
    ),
    Case(
        row="",
        what="a domain is dropped with CASCADE",
        setup=("create domain d as int; create table t (id bigint primary key, a d); insert into t values (1,1);"),
        change="drop domain d cascade",
        promises=(
            column("id", "bigint"),
            column("a", "d"),
        ),
        reader="column-dropped",
        writer="column-dropped",
        sent=((2, 2),),
        through=("table",),
    ),
    Case(
        row="",
        what="an attribute is dropped with CASCADE of which a column is generated",
        setup=(
            "create type pair as (x int, y int); create table t (id bigint primary key, p pair, a int "
            "generated always as ((p).x * 2) stored); insert into t values (1,'(1,2)');"
        ),
        change="alter type pair drop attribute x cascade",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="column-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a schema with a type is dropped with CASCADE",
        setup=(
            "create schema side; create type side.m as enum('a'); create table t (id bigint primary key, a "
            "side.m); insert into t values (1,'a');"
        ),
        change="drop schema side cascade",
        promises=(
            column("id", "bigint"),
            column("a", "side.m"),
        ),
        reader="column-dropped",
        query="select id, a::text from t",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a table is dropped with CASCADE whose row type is a column's",
        setup=(
            "create table emb (x int, y int); create table t (id bigint primary key, a emb); insert into t "
            "values (1,'(1,2)');"
        ),
        change="drop table emb cascade",
        promises=(
            column("id", "bigint"),
            column("a", "emb"),
        ),
        reader="column-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="an enum is dropped with CASCADE that a default's function takes",
        setup=(
            "create type m as enum('a'); create function mk(m) returns int language sql immutable as "
            "'select 1'; create table t (id bigint primary key, a int not null default mk('a'));"
        ),
        change="drop type m cascade",
        promises=(column("id", "bigint"),),
        writer="default-dropped",
        written=(column("id", "bigint"),),
        sent=((2,),),
        through=("table",),
        accesses=("write",),
    ),
)
