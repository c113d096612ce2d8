"""Further changes of the rows below views."""

from tests.postgres.compatibility.case import Case, column

VARIANTS = (
    Case(
        row="",
        what="a materialized view is computed by another query",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create materialized view t as select id, amount::bigint as total from sale; grant "
            "select on t to sg_client;"
        ),
        change=(
            "drop materialized view t; create materialized view t as select id, amount::bigint+1 as total "
            "from sale; grant select on t to sg_client"
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
        what="every row below a view that adds up is changed",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select shop::bigint as id, sum(amount) as total from sale group by "
            "shop;"
        ),
        change="update sale set amount = amount*100",
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        reader="rows-overwritten",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="every row below a view is changed in what it selects by",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create view t as select shop::bigint as id, sum(amount) as total from sale where "
            "kind='sold' group by shop;"
        ),
        change="update sale set kind='x'",
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        reader="rows-overwritten",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a materialized view with an index is emptied",
        setup=(
            "create table sale (id bigint primary key, shop int not null, amount int not null, kind text "
            "not null); insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, "
            "'sold'); create materialized view t as select id, amount::bigint as total from sale; create "
            "unique index on t(id); grant select on t to sg_client;"
        ),
        change="refresh materialized view t with no data",
        promises=(
            column("id", "bigint"),
            column("total", "bigint"),
        ),
        reader="not-populated",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a joined materialized view is emptied",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "materialized view m as select id, n from b; create view t as select b.id, m.n as a from b "
            "join m on m.id=b.id;"
        ),
        change="refresh materialized view m with no data",
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
        what="a materialized view below a materialized one is emptied",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "materialized view m as select id, n from b; create materialized view t as select id, n as a "
            "from m; grant select on t to sg_client;"
        ),
        change="refresh materialized view m with no data",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="an empty materialized view is renamed over the one that is read",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "materialized view t as select id, n as a from b; grant select on t to sg_client;"
        ),
        change=(
            "create materialized view t_new as select id, n as a from b with no data; drop materialized "
            "view t; alter materialized view t_new rename to t; grant select on t to sg_client"
        ),
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        reader="not-populated",
        through=("table",),
        accesses=("read",),
    ),
)
