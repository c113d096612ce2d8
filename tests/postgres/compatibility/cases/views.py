"""Views and materialised views: another query, no rows yet, and row security that they let through."""

from tests.postgres.compatibility.case import Case, column

ID = column("id", "bigint")
TOTAL = column("total", "bigint")
SALES = """
create table sale (id bigint primary key, shop int not null, amount int not null, kind text not null);
insert into sale values (1, 1, 10, 'sold'), (2, 1, 5, 'refund'), (3, 2, 7, 'sold');
"""
TOTALS = f"{SALES} create view t as select shop::bigint as id, sum(amount) as total from sale group by shop;"
TENANTS = """
create table base (id bigint primary key, tenant int not null);
insert into base values (1, 1);
grant select, insert on base to sg_client;
"""
SHOWN = f"{TENANTS} create view t as select id, tenant from base;"
INVOKED = f"{TENANTS} create view t with (security_invoker = true) as select id, tenant from base;"
TENANT = (ID, column("tenant", "integer"))


def _read(row: str, what: str, setup: str, change: str, reader: str | None, **more: object) -> Case:
    given = {"promises": (ID, TOTAL), "through": ("table",), "accesses": ("read",), **more}
    return Case(row=row, what=what, setup=setup, change=change, reader=reader, **given)  # type: ignore[arg-type]


MADE = "definition of a view replaced"
EMPTY = "materialized view left WITH NO DATA"
SECURED = "enable RLS without a policy"

CASES = (
    _read(
        MADE,
        "the view leaves out some rows",
        TOTALS,
        "create or replace view t as"
        " select shop::bigint as id, sum(amount) as total from sale where kind <> 'refund' group by shop",
        "definition-changed",
    ),
    _read(
        MADE,
        "the view is dropped and made again over other values",
        TOTALS,
        "drop view t; create view t as select shop::bigint as id, sum(amount * 2) as total from sale group by shop;"
        " grant select on t to sg_client",
        "definition-changed",
    ),
    _read(
        MADE,
        "a view in between leaves out some rows",
        f"{SALES} create view sold as select shop, amount from sale;"
        "create view t as select shop::bigint as id, sum(amount) as total from sold group by shop;",
        "create or replace view sold as select shop, amount from sale where kind = 'sold'",
        "definition-changed",
    ),
    _read(
        MADE,
        "a function in between does otherwise",
        "create function net(int) returns int language sql as 'select $1';"
        f"{SALES} create view t as select shop::bigint as id, sum(net(amount)) as total from sale group by shop;",
        "create or replace function net(int) returns int language sql as 'select $1 * 2'",
        "definition-changed",
    ),
    _read(
        MADE,
        "the values below a view are converted",
        f"{SALES} create view t as select shop::bigint as id, sum(amount) as total from sale group by shop;",
        "drop view t; alter table sale alter amount type int using amount * 100;"
        "create view t as select shop::bigint as id, sum(amount) as total from sale group by shop;"
        " grant select on t to sg_client",
        "definition-changed",
    ),
    _read(
        MADE,
        "the view that stands in for a renamed table shows fewer rows",
        "create table t (id bigint primary key, total bigint); insert into t values (1, 5), (2, -5);",
        "alter table t rename to u; create view t as select id, total from u where total > 0;"
        " grant select on t to sg_client",
        "definition-changed",
    ),
    _read(
        MADE,
        "the view is replaced by the same query in another spelling",
        TOTALS,
        "create or replace view t as SELECT s.shop::bigint id, SUM(s.amount) total\n"
        "FROM public.sale AS s GROUP BY (s.shop) -- by shop",
        None,
    ),
    _read(
        MADE,
        "the view gets one more column",
        f"{SALES} create view t as select id, amount::bigint as total from sale;",
        "create or replace view t as select id, amount::bigint as total, kind from sale",
        None,
    ),
    _read(
        MADE,
        "a column below the view is renamed, and the view replaced with the new name",
        TOTALS,
        "alter table sale rename amount to cents; create or replace view t as"
        " select shop::bigint as id, sum(cents) as total from sale group by shop",
        None,
    ),
    _read(
        MADE,
        "a view in between gets a column that nobody reads",
        f"{SALES} create view sold as select shop, amount from sale;"
        "create view t as select shop::bigint as id, sum(amount) as total from sold group by shop;",
        "create or replace view sold as select shop, amount, kind from sale",
        None,
    ),
    _read(
        EMPTY,
        "a materialized view is made again without data",
        f"{SALES} create materialized view t as select id, amount::bigint as total from sale;"
        "grant select on t to sg_client;",
        "drop materialized view t;"
        "create materialized view t as select id, amount::bigint as total, kind from sale with no data;"
        "grant select on t to sg_client",
        "not-populated",
    ),
    _read(
        EMPTY,
        "a materialized view is emptied",
        f"{SALES} create materialized view t as select id, amount::bigint as total from sale;"
        "grant select on t to sg_client;",
        "refresh materialized view t with no data",
        "not-populated",
    ),
    _read(
        EMPTY,
        "a materialized view is emptied on which a view stands",
        f"{SALES} create materialized view held as select id, amount::bigint as total from sale;"
        "create view t as select id, total from held;",
        "refresh materialized view held with no data",
        "not-populated",
    ),
    _read(
        EMPTY,
        "a materialized view is emptied and filled",
        f"{SALES} create materialized view t as select id, amount::bigint as total from sale;"
        "grant select on t to sg_client;",
        "refresh materialized view t with no data; refresh materialized view t",
        None,
    ),
    _read(
        SECURED,
        "row security is on below a view that asks for the reader's own rights",
        INVOKED,
        "alter table base enable row level security",
        "row-security",
        promises=TENANT,
    ),
    _read(
        SECURED,
        "row security is on below a view of its owner",
        SHOWN,
        "alter table base enable row level security",
        None,
        promises=TENANT,
    ),
    _read(
        SECURED,
        "a view asks for the reader's own rights where row security is on",
        f"{SHOWN} alter table base enable row level security;",
        "alter view t set (security_invoker)",
        "row-security",
        promises=TENANT,
    ),
    _read(
        SECURED,
        "a view is replaced by one that asks for the reader's own rights",
        f"{SHOWN} alter table base enable row level security;",
        "create or replace view t with (security_invoker) as select id, tenant from base",
        "row-security",
        promises=TENANT,
    ),
    _read(
        SECURED,
        "a view below the one that is read asks for the reader's own rights",
        f"{TENANTS} alter table base enable row level security; create view inner_t as select id, tenant from base;"
        "create view t as select id, tenant from inner_t;",
        "alter view inner_t set (security_invoker = on)",
        "row-security",
        promises=TENANT,
    ),
    _read(
        SECURED,
        "policies that a view kept from its readers hold for them",
        f"{SHOWN} alter table base enable row level security;"
        "create policy own on base using (tenant = current_setting('app.tenant', true)::int);",
        "alter view t set (security_invoker = true)",
        "row-security",
        promises=TENANT,
    ),
    _read(
        SECURED,
        "a view asks for the reader's own rights, and a policy shows them all",
        f"{SHOWN} alter table base enable row level security; create policy open on base using (true);",
        "alter view t set (security_invoker = true)",
        None,
        promises=TENANT,
    ),
    _read(
        SECURED,
        "a view that is replaced without its options is its owner's again",
        f"{INVOKED} create policy open on base using (true); alter table base enable row level security;",
        "create or replace view t as select id, tenant from base; drop policy open on base",
        None,
        promises=TENANT,
    ),
    _read(
        SECURED,
        "row security is forced on the owner of a view",
        f"{SHOWN} alter table base owner to sg_other; alter view t owner to sg_other;"
        "alter table base enable row level security;",
        "alter table base force row level security",
        "row-security",
        promises=TENANT,
    ),
    _read(
        "REVOKE, or a new owner",
        "a view asks for the reader's own rights, and only the view was granted",
        "create table base (id bigint primary key, tenant int not null); revoke all on base from sg_client;"
        "create view t as select id, tenant from base; grant select on t to sg_client;",
        "alter view t set (security_invoker = true)",
        "access-revoked",
        promises=TENANT,
    ),
)
