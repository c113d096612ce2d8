"""Rights below a client's own relation: of the functions that it runs, behind views, and those that an upsert needs."""

from tests.postgres.compatibility.attacking import KNOWN_GRANTS, TABLE, case, read, write
from tests.postgres.compatibility.symbols import CAST, CASTS, DOUBLED, SIGNS

QUERY = "select id, a from t order by 1"
TWICE = "create function twice(int) returns int immutable language sql as 'select $1 * 2';" + TABLE
BASE = TABLE.replace("table t", "table base").replace("into t", "into base")
SOURCE = "create table src (x int primary key); insert into src values (5), (6), (7); grant select on src to {client};"
FOUND = "create function found() returns int stable language sql as 'select x from src order by 1 limit 1';"
FINDING = "select id, found() as a from t order by 1"
DEFINER = FOUND.replace("stable", "stable security definer")
HIDDEN = SOURCE.replace("grant select", "revoke all").replace("to {client}", "from {client}")
LOG = "create table logs (x int); grant insert on logs to {client};"
LOGGED = (
    LOG
    + TABLE
    + (
        "create function log_it() returns trigger language plpgsql as"
        " $$begin insert into logs values (new.a); return new; end$$;"
        "create trigger g before insert on t for each row execute function log_it();"
    )
)
INSTEAD = (
    "create table base (id bigint, a int); create table src (x int); grant all on base, src to {client};"
    "create view t as select id, a from base; create function put() returns trigger language plpgsql as"
    " $$begin insert into src values (new.a); insert into base values (new.id, new.a); return new; end$$;"
    "create trigger g instead of insert on t for each row execute function put(); grant all on t to {client};"
)
OWNED = (
    f"{BASE} create view t as select id, a from base; grant select on base to {{views}};"
    "alter view t owner to {views}; grant select on t to {client};"
)
INVOKED = (
    f"{BASE} create view t with (security_invoker) as select id, a from base; grant select on t, base to {{client}};"
)
POLICY = "alter table t enable row level security; create policy p on t using (exists (select 1 from src where x = a));"

BREAKING = (
    case("a table gets another owner, and what the one before gave itself goes along", "alter table t owner to {other}",
         TABLE + "alter table t owner to {client}; grant select, insert on t to {client};"),
    case("a table gets another owner, and the one before may only read",
         "alter table t owner to {other}; revoke all on t from {client}; grant update on t to {client}",
         TABLE + "alter table t owner to {client};"),
    read("the right to call the query's function is revoked", "revoke execute on function twice(int) from public",
         "select id, twice(a) as a from t order by 1", TWICE),
    read("the right to call a view's function is revoked", "revoke all on all functions in schema public from public",
         QUERY, TWICE.replace("table t", "table base").replace("into t", "into base")
         + "create view t as select id, twice(a) as a from base;"),
    read("the right to call the function of an operator is revoked", "revoke all on function twice(int) from public",
         DOUBLED, SIGNS),
    read("the right to call the function of a cast is revoked", "revoke all on function first(pair) from public", CAST,
         CASTS),
    write("the right to call a default's function is revoked", "revoke all on function twice from public",
          TWICE + "alter table t alter b set default twice(1)::text;"),
    write("the right to call a check's function is revoked", "revoke all on function twice(int) from public",
          TWICE + "alter table t add check (twice(a) > 0);"),
    write("the right to write what a trigger writes is revoked", "revoke all on logs from {client}", LOGGED),
    write("a trigger's function loses its owner's rights", "alter function log_it() security invoker",
          LOGGED.replace("grant insert", "revoke all").replace("to {client}", "from {client}")
          .replace("language plpgsql", "language plpgsql security definer")),
    read("the query's function loses its owner's rights", "alter function found() security invoker", FINDING,
         HIDDEN + TABLE + DEFINER),
    read("the query's function is replaced without its owner's rights", FOUND.replace("create", "create or replace"),
         FINDING, HIDDEN + TABLE + DEFINER),
    read("the query's function gets an owner without rights", "alter function found() owner to {other}", FINDING,
         HIDDEN + TABLE + DEFINER),
    read("the right to read what the query's function reads is revoked", "revoke all on src from {client}", FINDING,
         SOURCE + TABLE + FOUND),
    read("the right to read what a view's function reads is revoked", "revoke select on src from {client}", QUERY,
         SOURCE + BASE + FOUND + "create view t as select id, found() as a from base;"),
    write("the right to write the table behind an INSTEAD OF trigger is revoked", "revoke all on base from {client}",
          INSTEAD),
    write("the right to write another table behind an INSTEAD OF trigger is revoked",
          "revoke insert on all tables in schema public from {client}; grant insert on t, base to {client}", INSTEAD),
    read("the right to read what a policy asks is revoked", "revoke all on src from {client}", QUERY,
         SOURCE + TABLE + POLICY),
    read("a view gets an owner without rights", "alter view t owner to {other}", QUERY,
         f"{BASE} create view t as select id, a from base; grant select on t to {{client}};"),
    read("the right of a view's owner is revoked", "revoke all on base from {views}", QUERY, OWNED),
    read("the right of readers below their view is revoked", "revoke select on base from {client}", QUERY, INVOKED),
    write("the right to read is revoked that an upsert needs", "revoke select on t from {client}",
          KNOWN_GRANTS.replace("select, insert", "select, insert, update"), upsert=("id",), sent=((1, 7),)),
)  # fmt: skip
HEALTHY = (
    case("a table gets the owner that it has", "alter table t owner to {other}",
         TABLE + "alter table t owner to {other};"),
    case("a table gets another owner, and the one before is given what it had",
         "alter table t owner to {other}; grant select, insert on t to {client}",
         TABLE + "alter table t owner to {client};"),
    read("the right to call another function is revoked",
         "create function other() returns int language sql as 'select 1'; revoke all on function other() from public",
         "select id, twice(a) as a from t order by 1", TWICE),
    read("the right to call the function of an operator with fewer signs is revoked",
         "revoke all on function once from public", DOUBLED,
         SIGNS + "create function once(int) returns int language sql as 'select $1';"
         "create operator !! (rightarg = int, function = once);"),
    read("the right to call a function is given to those who call it",
         "revoke all on function twice(int) from public; grant execute on function twice(int) to {client}",
         "select id, twice(a) as a from t order by 1", TWICE),
    write("the right to call a trigger's function is revoked", "revoke all on function log_it() from public", LOGGED),
    write("the right to write what a trigger writes with its owner's rights is revoked",
          "revoke all on logs from {client}", LOGGED.replace("language plpgsql", "language plpgsql security definer")),
    write("a trigger's function gets its owner's rights", "alter function log_it() security definer", LOGGED),
    read("a right is revoked below a view of its owner", "revoke all on base from {client}", QUERY,
         f"{BASE} grant select on base to {{client}}; create view t as select id, a from base;"
         " grant select on t to {client};"),
    read("the right to read what a function reads is revoked from somebody else", "revoke all on src from {other}",
         FINDING, SOURCE + TABLE + FOUND),
    case("everything is revoked from everybody, who has nothing by default", "revoke all on t from public"),
    read("a table and the view over it get the same owner",
         "alter table base owner to {other}; alter view t owner to {other}", QUERY,
         f"{BASE} create view t as select id, a from base; grant select on t to {{client}};"),
)  # fmt: skip
