"""Further changes of row security, below views and on tables."""

from tests.postgres.compatibility.case import Case, column

VARIANTS = (
    Case(
        row="",
        what="ALTER TABLE makes a view ask for its reader's rights",
        setup=(
            "create table base (id bigint primary key, tenant int not null); insert into base values (1, "
            "1); grant select, insert on base to sg_client; create view t as select id, tenant from base; "
            "alter table base enable row level security;"
        ),
        change="alter table t set (security_invoker=true)",
        promises=(
            column("id", "bigint"),
            column("tenant", "integer"),
        ),
        reader="row-security",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view's option is reset",
        setup=(
            "create table base (id bigint primary key, tenant int not null); insert into base values (1, "
            "1); grant select, insert on base to sg_client; create view t with (security_invoker = true) "
            "as select id, tenant from base; create policy open on base using (true); alter table base "
            "enable row level security;"
        ),
        change="alter view t reset (security_invoker); drop policy open on base",
        promises=(
            column("id", "bigint"),
            column("tenant", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="the last policy below a view is dropped",
        setup=(
            "create table base (id bigint primary key, tenant int not null); insert into base values (1, "
            "1); grant select, insert on base to sg_client; create view t with (security_invoker = true) "
            "as select id, tenant from base; create policy open on base using (true); alter table base "
            "enable row level security;"
        ),
        change="drop policy open on base",
        promises=(
            column("id", "bigint"),
            column("tenant", "integer"),
        ),
        reader="row-security",
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a writer meets row security through a view",
        setup=(
            "create table base (id bigint primary key, tenant int not null); insert into base values (1, "
            "1); grant select, insert on base to sg_client; create view t with (security_invoker = true) "
            "as select id, tenant from base;"
        ),
        change="alter table base enable row level security",
        promises=(
            column("id", "bigint"),
            column("tenant", "integer"),
        ),
        writer="row-security",
        sent=((2, 2),),
        through=("table",),
        accesses=("write",),
    ),
    Case(
        row="",
        what="a view becomes a security barrier",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "view t as select id, n as a from b;"
        ),
        change="alter view t set (security_barrier = true)",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="a view is made again as a security barrier",
        setup=(
            "create table b (id bigint primary key, k text, n int); insert into b values (1,'a',2);create "
            "view t as select id, n as a from b;"
        ),
        change="create or replace view t with (security_barrier) as select id, n as a from b",
        promises=(
            column("id", "bigint"),
            column("a", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
    Case(
        row="",
        what="row security is forced below a view, but not on",
        setup=(
            "create table base (id bigint primary key, tenant int not null); insert into base values (1, "
            "1); grant select, insert on base to sg_client; create view t as select id, tenant from base;"
        ),
        change="alter table base force row level security",
        promises=(
            column("id", "bigint"),
            column("tenant", "integer"),
        ),
        through=("table",),
        accesses=("read",),
    ),
)
