"""Further changes of what stands on what."""

from tests.postgres.compatibility.case import Case, column

VARIANTS = (
    Case(
        row="",
        what="two views take each other's place",
        setup=(
            "create table b(id bigint primary key, n int); insert into b values(1,2); create view t as "
            "select id, n as a from b; create view t2 as select id, n+1 as a from b;"
        ),
        change="alter view t rename to tmp; alter view t2 rename to t; alter view tmp rename to t2",
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
        what="a function gets other options that change no value",
        setup=(
            "create function twice(int) returns int language sql immutable as 'select $1 * 2';create table "
            "b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create view t as "
            "select id, twice(n) as a from b;"
        ),
        change=(
            "create or replace function twice(int) returns int language sql immutable parallel safe cost 5 "
            "as 'select $1 * 2'"
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
        what="a view looks up one more column by a key",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "table c (id bigint primary key, z int); create view t as select b.id, b.n as a from b;"
        ),
        change="create or replace view t as select b.id, b.n as a, c.z from b left join c on c.id=b.id",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view gets a comment",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "view t as select id, n as a from b /* x */ where n > 1;"
        ),
        change="create or replace view t as select id, n as a from b where n > 1 -- same",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view selects by the opposite",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "view t as select id, n as a from b where exists (select 1 from b x where x.id=b.id);"
        ),
        change=(
            "create or replace view t as select id, n as a from b where not exists (select 1 from b x where x.id=b.id)"
        ),
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
        what="an empty materialized view is made again below a view",
        setup=(
            "create table b(id bigint primary key, n int); insert into b values(1,2); create materialized "
            "view m as select id,n from b; create view t as select id, n as a from m;"
        ),
        change=(
            "drop view t; drop materialized view m; create materialized view m as select id,n from b with "
            "no data; create view t as select id, n as a from m; grant select on t to sg_client"
        ),
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="not-populated",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a column leaves the domain that keeps a promised bound",
        setup=(
            "create domain pct as int check (value<=10); create table t (id bigint primary key, a pct); "
            "insert into t values(1,1);"
        ),
        change="alter table t alter a type int",
        promises=(
            column("id", "bigint"),
            column("a", "integer", maximum=10),
        ),
        reader="check-dropped",
        others=("insert into t values (5,50)",),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a value is renamed of an enum that a domain stands on",
        setup=(
            "create type m as enum('a','b'); create domain d as m; create table t (id bigint primary key, "
            "a d); insert into t values(1,'a');"
        ),
        change="alter type m rename value 'a' to 'z'",
        promises=(
            column("id", "bigint"),
            column("a", "d"),
        ),
        reader="value-renamed",
        writer="value-renamed",
        insert="insert into t values (%s,'a')",
        sent=((2,),),
        through=("table",),
        accesses=("write",),
    ),
    Case(
        row="",
        what="an attribute is renamed of a composite that a domain stands on",
        setup=(
            "create type pair as (x int,y int); create domain d as pair; create table t (id bigint primary "
            "key, a d); insert into t values(1,'(1,2)');"
        ),
        change="alter type pair rename attribute x to z",
        promises=(
            column("id", "bigint"),
            column("a", "d"),
        ),
        reader="attribute-renamed",
        query="select id, (a).x from t",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="an attribute is renamed of a composite inside of another",
        setup=(
            "create type inn as (x int,y int); create type pair as (i inn, z int); create table t (id "
            "bigint primary key, a pair); insert into t values(1,'(\"(1,2)\",3)');"
        ),
        change="alter type inn rename attribute x to q",
        promises=(
            column("id", "bigint"),
            column("a", "pair"),
        ),
        reader="attribute-renamed",
        query="select id, ((a).i).x from t",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="an attribute is renamed of a composite in another schema",
        setup=(
            "create schema side; create type side.pair as (x int,y int); create table t (id bigint primary "
            "key, a side.pair); insert into t values(1,'(1,2)');grant usage on schema side to sg_client;"
        ),
        change="alter type side.pair rename attribute x to q",
        promises=(
            column("id", "bigint"),
            column("a", "side.pair"),
        ),
        reader="attribute-renamed",
        query="select id, (a).x from t",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="an attribute is renamed, and the query takes it out under an alias",
        setup=(
            "create type pair as (x int, y int);create table t (id bigint primary key, a pair, note text); "
            "insert into t values (1, '(1,2)');"
        ),
        change="alter type pair rename attribute x to z",
        promises=(
            column("id", "bigint"),
            column("a", "pair"),
        ),
        reader="attribute-renamed",
        query="select q.id, (q.a).x from t q",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view's column gets a default",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "view t as select id, n as a from b;"
        ),
        change="alter view t alter column a set default 5",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a generated column is made again with the same expression",
        setup=(
            "create table t (id bigint primary key, n int, a int generated always as (n*2) stored); insert "
            "into t values (1,1);"
        ),
        change="alter table t drop a; alter table t add a int generated always as ( n * 2 ) stored",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a generated column gets a default in place of its expression",
        setup=(
            "create table t (id bigint primary key, n int, a int generated always as (n*2) stored); insert "
            "into t values (1,1);"
        ),
        change="alter table t alter a drop expression; alter table t alter a set default 7",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="expression-changed",
        others=("insert into t(id,n) values (3,3)",),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="row security ends below a view with its last policy",
        setup=(
            "create table base (id bigint primary key, tenant int not null); insert into base values (1, "
            "1); grant select, insert on base to sg_client; create view t with (security_invoker = true) "
            "as select id, tenant from base;create policy p on base using (true); alter table base enable "
            "row level security;"
        ),
        change="drop policy p on base; alter table base disable row level security",
        promises=(
            column("id", "bigint"),
            column("tenant", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a policy below a view is replaced by a narrower one",
        setup=(
            "create table base (id bigint primary key, tenant int not null); insert into base values (1, "
            "1); grant select, insert on base to sg_client; create view t with (security_invoker = true) "
            "as select id, tenant from base;create policy p on base using (true); alter table base enable "
            "row level security;"
        ),
        change=("drop policy p on base; create policy p2 on base using (tenant = current_setting('app.t', true)::int)"),
        promises=(
            column("id", "bigint"),
            column("tenant", "integer"),
        ),
        reader="row-security",
        through=("table",),
        accesses=("read",),
    ),
)
