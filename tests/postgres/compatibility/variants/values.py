"""Further changes of values: USING and UPDATE."""

from tests.postgres.compatibility.case import Case, column

VARIANTS = (
    Case(
        row="",
        what="USING takes a zone for granted",
        setup="create table t (id bigint primary key, a timestamp); insert into t values (1,'2020-01-01');",
        change="alter table t alter a type timestamptz using a at time zone 'UTC'",
        promises=(
            column("id", "bigint"),
            column("a", "timestamp without time zone"),
        ),
        reader="zone-changed",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="USING makes NULL of empty strings",
        setup="create table t (id bigint primary key, a text); insert into t values (1,'');",
        change="alter table t alter a type text using nullif(a,'')",
        promises=(
            column("id", "bigint"),
            column("a", "text"),
        ),
        reader="values-converted",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="USING names the table, too",
        setup="create table t (id bigint primary key, a int); insert into t values (1,2);",
        change="alter table t alter a type bigint using t.a::bigint",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="USING casts through text",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "table t (id bigint primary key, a int); insert into t values (1,1);"
        ),
        change="alter table t alter a type bigint using a::text::bigint",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="USING casts through an inexact type",
        setup=(
            "create table t (id bigint primary key, a numeric(20,2)); insert into t values (1,123456789012345678.12);"
        ),
        change="alter table t alter a type numeric(20,2) using a::float8::numeric(20,2)",
        promises=(
            column("id", "bigint"),
            column("a", "numeric(20,2)"),
        ),
        reader="values-converted",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="USING takes another column",
        setup="create table t (id bigint primary key, a int, b int); insert into t values (1,1,7);",
        change="alter table t alter a set data type int using b",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="values-converted",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="USING chooses by CASE",
        setup="create table t (id bigint primary key, a int); insert into t values (1,1);",
        change="alter table t alter a type int using case when a = 1 then 9 else a end",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="values-converted",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="USING casts by CAST",
        setup="create table t (id bigint primary key, a int); insert into t values (1,1);",
        change="alter table t alter a type bigint using cast(a as bigint)",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="USING cuts strings by a cast",
        setup="create table t (id bigint primary key, a text); insert into t values (1,'abcdef');",
        change="alter table t alter a type text using a::varchar(3)",
        promises=(
            column("id", "bigint"),
            column("a", "text"),
        ),
        reader="values-converted",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="every row gets the value that it has",
        setup="create table t (id bigint primary key, a int); insert into t values (1,1);",
        change="update t set a = a",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="every row gets another value, in WITH",
        setup="create table t (id bigint primary key, a int); insert into t values (1,1);",
        change="with u as (update t set a = a*2 returning 1) select 1 from u",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="rows-overwritten",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="rows get another value under an alias",
        setup="create table t (id bigint primary key, a int); insert into t values (1,1);",
        change="update t as x set a = x.a*2 where x.id > 0",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="rows-overwritten",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="rows get values of another table",
        setup=(
            "create table t (id bigint primary key, a int); insert into t values (1,1);create table b (id "
            "bigint primary key, k text, n int); insert into b values (1,'a',2);"
        ),
        change="update t set a = b.n from b where b.id=t.id",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="rows-overwritten",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="every row gets a value in a column that no contract names",
        setup="create table t (id bigint primary key, a int, c int); insert into t values (1,1,null);",
        change="update t set c = a*100",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="single rows get another value",
        setup="create table t (id bigint primary key, a int); insert into t values (1,1),(2,2);",
        change="update t set a = 5 where id = 77",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
)
