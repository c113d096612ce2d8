"""Further changes of views."""

from tests.postgres.compatibility.case import Case, column

VARIANTS = (
    Case(
        row="",
        what="a table is renamed below a view, and the view made over the new name",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select shop::bigint as id, sum(amount) as total from sale group by "
            "shop;"
        ),
        change=(
            "alter table sale rename to sales; create or replace view t as select shop::bigint as id, "
            "sum(amount) as total from sales group by shop"
        ),
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a table is renamed below a view",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select shop::bigint as id, sum(amount) as total from sale group by "
            "shop;"
        ),
        change="alter table sale rename to sales",
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a column is renamed below a view",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select shop::bigint as id, sum(amount) as total from sale group by "
            "shop;"
        ),
        change="alter table sale rename shop to store",
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="one branch of a UNION ALL returns other values",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select id, amount::bigint as total from sale union all select id, 0 "
            "from sale;"
        ),
        change=(
            "create or replace view t as select id, amount::bigint as total from sale union all select id, 1 from sale"
        ),
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        reader="definition-changed",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view gets a LIMIT",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select id, amount::bigint as total from sale;"
        ),
        change="create or replace view t as select id, amount::bigint as total from sale limit 1",
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        reader="definition-changed",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view's WITH computes other values",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as with s as (select id, amount from sale) select id, amount::bigint "
            "as total from s;"
        ),
        change=(
            "create or replace view t as with s as (select id, amount + 1 as amount from sale) select id, "
            "amount::bigint as total from s"
        ),
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        reader="definition-changed",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a table stands where a view was",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select id, amount::bigint as total from sale;"
        ),
        change=(
            "drop view t; create table t as select id, 0::bigint as total from sale; grant select on t to sg_client"
        ),
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        reader="definition-changed",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a column of a view that nobody reads is made of something else",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select id, amount::bigint as total, kind from sale;"
        ),
        change="create or replace view t as select id, amount::bigint as total, 'x'::text as kind from sale",
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view is renamed away, and another made under its name",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select id, amount::bigint as total from sale;"
        ),
        change=(
            "alter view t rename to t_old; create view t as select id, 2*amount::bigint as total from "
            "sale; grant select on t to sg_client"
        ),
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        reader="definition-changed",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view leaves out duplicates",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select shop::bigint as id, 1::bigint as total from sale;"
        ),
        change="create or replace view t as select distinct shop::bigint as id, 1::bigint as total from sale",
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        reader="definition-changed",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view is spelled in another way",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select id, cast(amount as bigint) as total from sale where kind in "
            "('sold','x');"
        ),
        change=("create or replace view t as SELECT id, amount::int8 AS total FROM sale WHERE kind IN ('sold', 'x')"),
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a string in a view has capitals",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select id, cast(amount as bigint) as total from sale where kind = "
            "'sold';"
        ),
        change="create or replace view t as SELECT id, amount::int8 AS total FROM sale WHERE kind = 'SOLD'",
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        reader="definition-changed",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="an attribute is dropped with CASCADE that a view takes out",
        setup=(
            "create type pair as (x int, y int);create table t (id bigint primary key, a pair, note text); "
            "insert into t values (1, '(1,2)');create view v as select id, (a).x from t;"
        ),
        change="alter type pair drop attribute x cascade",
        promises=(
            column("id", "bigint"),
            column("x", "integer"),
        ),
        reader="table-dropped",
        table="v",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="an enum is dropped with CASCADE that a view casts to",
        setup=(
            "create type m as enum('a'); create table b (id bigint primary key, k text); insert into b "
            "values(1,'a'); create view t as select id, k::m::text as a from b;"
        ),
        change="drop type m cascade",
        promises=(
            column("id", "bigint"),
            column("a", "text"),
        ),
        reader="table-dropped",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a domain loses its check below a view",
        setup=(
            "create domain pct as int not null check (value<=99); create table b (id bigint primary key, a "
            "pct); insert into b values (1,1); create view t as select id, a from b;"
        ),
        change="alter domain pct drop constraint pct_check",
        promises=(
            column("id", "bigint"),
            column("a", "pct", maximum=99),
        ),
        reader="check-dropped",
        others=("insert into b values (2,500)",),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="an attribute is renamed of a column that a view shows",
        setup=(
            "create type pair as (x int, y int);create table t (id bigint primary key, a pair, note text); "
            "insert into t values (1, '(1,2)');create view v as select id, a from t;"
        ),
        change="alter type pair rename attribute x to z",
        promises=(
            column("id", "bigint"),
            column("a", "pair"),
        ),
        reader="attribute-renamed",
        query="select id, (a).x from v",
        table="v",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view of all columns is made again over one more",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "view t as select * from b;"
        ),
        change="alter table b add extra int; create or replace view t as select * from b",
        promises=(
            column("id", "bigint"),
            column("k", "text"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view with a list of names is made again",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "view t(id,a) as select id, n from b;"
        ),
        change="create or replace view t(id,a) as select b.id, b.n from b",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view with a list of names is made of something else",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "view t(id,a) as select id, n from b;"
        ),
        change="create or replace view t(id,a) as select b.id, -b.n from b",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="definition-changed",
        through=("table",),
        accesses=("read",),
    ),
)
