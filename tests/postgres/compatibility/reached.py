"""Changes that reach a contract by a detour: code that a statement runs, names looked for elsewhere, grants, types."""

from tests.postgres.compatibility.attacking import ENUM, ID, KNOWN_GRANTS, MOODS, TABLE, case, read, write
from tests.postgres.compatibility.case import column

QUERY = "select id, a from t"
CODE = TABLE + (
    "create table z (id int primary key, n int); grant all on z to public;"
    "create function wipe() returns int language plpgsql as $$begin delete from t; return 1; end$$;"
    "create function wiped() returns trigger language plpgsql as $$begin truncate only t; return new; end$$;"
    "create function zeroed() returns trigger language plpgsql as $$begin update t set (b, a) = ('', 0); return new;"
    " end$$;"
    "create function deep() returns trigger language plpgsql as $$begin insert into y values (1); return new; end$$;"
    "create table y (id int default wipe()); create function counted() returns trigger language plpgsql as"
    " $$begin new.n = 1; return new; end$$;"
)
STAMPED = TABLE + (
    "create function stamp() returns trigger language plpgsql as $$begin new.a := 0; return new; end$$;"
    "create trigger g before update of b on t for each row execute function stamp();"
)
PATHS = (
    "drop schema if exists f cascade; create schema f; grant usage on schema f to public;"
    "create table f.src (x int); insert into f.src values (7); create table src (x int); insert into src values (1);"
    f"grant select on src, f.src to public; {TABLE}"
    "create function g() returns int language sql stable as 'select x from src';"
)
LOGGED = (
    "drop schema if exists f cascade; create schema f; grant usage on schema f to public;"
    "create table logs (x int); grant all on logs to public;"
    f"{TABLE} create function w() returns trigger language plpgsql as"
    " $$begin insert into logs values (new.a); return new; end$$;"
    "create trigger g before insert on t for each row execute function w();"
)
CALLED = TABLE + "create function k(bigint) returns int immutable language sql as 'select coalesce($1, 3)::int';"
NESTED = (
    "create type m as enum ('a', 'b'); create type c as (x m); create table t (id bigint primary key, a c);"
    "insert into t values (1, '(a)');"
)
BOTH = TABLE + "create table u (like t); grant select on u to public;"
SOURCE = TABLE + "create table src as select 9::bigint as id, 7 as a; grant select on src to public;"
COPIED = "insert into t (id, a) select src.* from src where id = %s and a = %s"
REFERRING = (
    "create table o (id int primary key, n text); insert into o (id) values (5), (6), (7);"
    f"{TABLE} alter table t add foreign key (a) references o (id);"
)
VIEWED = (
    "create table base (id bigint primary key, a int); insert into base values (1, 5);"
    "create view t as select id, a from base; grant select, insert on t to {client};"
)

BREAKING = (
    read("a default of the table that is filled deletes rows",
         "alter table z alter n set default wipe(); insert into z (id) values (1)", QUERY, CODE),
    read("a trigger of the table that is filled truncates another",
         "create trigger g after insert on z for each row execute function wiped(); insert into z values (1, 1)",
         QUERY, CODE),
    read("a trigger of the table that is updated updates another",
         "insert into z values (1, 1); create trigger g before update on z for each row execute function zeroed();"
         " update z set n = 2", QUERY, CODE),
    read("a trigger of the table that is emptied updates another",
         "insert into z values (1, 1); create trigger g after delete on z for each row execute function zeroed();"
         " delete from z", QUERY, CODE),
    read("a trigger fills a table whose default deletes rows",
         "alter table y add m int default wipe(); create trigger g after insert on z for each row execute function"
         " deep(); insert into z values (1, 1)", QUERY, CODE.replace("default wipe()", "")),
    read("a rule deletes rows besides",
         "create rule r as on insert to z do also delete from t; insert into z values (1, 1)", QUERY, CODE),
    read("a new check deletes rows as it looks at those that are there",
         "insert into z values (1, 1); alter table z add check (wipe() = 1)", QUERY, CODE),
    read("the default of a new column deletes rows",
         "insert into z values (1, 1); alter table z add m int default wipe()", QUERY, CODE),
    read("USING deletes rows", "insert into z values (1, 1); alter table z alter n type int using wipe()", QUERY, CODE),
    read("an INSERT calls what deletes rows", "insert into z values (1, wipe())", QUERY, CODE),
    read("a SELECT of a table calls what deletes rows", "insert into z values (1, 1); select wipe() from z", QUERY,
         CODE),
    read("a BEFORE UPDATE trigger changes the column beside", "update t set b = 'y'", QUERY, STAMPED),
    read("the query's function has another search_path", "alter function g() set search_path = f",
         "select id, g() as a from t", PATHS),
    read("the query's function is made again with another search_path",
         "create or replace function g() returns int language sql stable set search_path to 'f' as 'select x from src'",
         "select id, g() as a from t", PATHS),
    write("a trigger's function has another search_path", "alter function w() set search_path = pg_catalog, f", LOGGED),
    write("a trigger's function loses its search_path", "alter function w() reset all",
          LOGGED.replace("create table logs", "create table f.logs").replace("on logs", "on f.logs")
          .replace("plpgsql as", "plpgsql set search_path = f as")),
    read("the query's function becomes STRICT", "alter function k(bigint) strict", "select id, k(null) as a from t",
         CALLED),
    read("a second function takes the query's call",
         "create function k(int) returns int immutable language sql as 'select 2'", "select id, k(a) as a from t",
         CALLED),
    read("a type is renamed that the query casts to", "alter type m rename to m2",
         "select id, a from t where a = cast('a' as m)", ENUM, promises=MOODS),
    write("a type is renamed that the writer casts to", "alter type m rename to m2", ENUM, promises=MOODS,
          sent=((9, "a"),), insert="insert into t (id, a) values (%s, %s::m)"),
    write("a value is renamed inside a composite", "alter type m rename value 'a' to 'c'", NESTED,
          promises=(ID, column("a", "c")), sent=((9, "(a)"),)),
    read("one side of a UNION gets a column", "alter table t add z int",
         "select id, a from (select * from t union all select * from u) q", BOTH),
    write("the table that a writer copies with a star gets a column", "alter table src add z int", SOURCE,
          insert=COPIED),
    write("a foreign key refers to another table that has the place of the first",
          "alter table t drop constraint t_a_fkey; drop table o; create table owners (id int primary key);"
          " alter table t add foreign key (a) references owners (id) not valid", REFERRING),
    case("a view is dropped and made again without its grants", "drop view t; create view t as select id, a from base",
         VIEWED),
)  # fmt: skip

HEALTHY = (
    case("everything is revoked and granted again",
         "revoke all on t from {client}; grant select, insert on t to {client}", KNOWN_GRANTS),
    case("a column is revoked that a grant on the table covers", "revoke select (a), insert (a) on t from {client}",
         KNOWN_GRANTS),
    case("everything is revoked from everybody, who had nothing", "revoke all on t from public", KNOWN_GRANTS),
    case("access to the schema is revoked and given again",
         "revoke all on schema public from {client}; grant usage on schema public to {client}", KNOWN_GRANTS),
    case("a view is dropped and made again with its grants",
         "drop view t; create view t as select id, a from base; grant select, insert on t to {client}", VIEWED),
    read("a trigger changes the row itself",
         "create trigger g before insert on z for each row execute function counted(); insert into z values (1, 2)",
         QUERY, CODE),
    read("a trigger that deletes rows doesn't fire",
         "create trigger g before insert on z for each row execute function wiped(); delete from z", QUERY, CODE),
    read("a BEFORE UPDATE trigger is of another column", "update t set a = a", QUERY, STAMPED),
    read("a function is pinned to where it looks already", "alter function g() set search_path = pg_catalog, public",
         "select id, g() as a from t", PATHS),
    read("a function without names of its own schema is pinned to none", "alter function g() set search_path = ''",
         "select id, g() as a from t", PATHS.replace("from src", "from public.src")),
    write("a trigger's function is pinned to where it looks already", "alter function w() set search_path = public",
          LOGGED),
    case("sessions of a role look where they did", 'alter role {client} set search_path to "$user", public',
         KNOWN_GRANTS),
    read("a function becomes STABLE and cheap", "alter function k(bigint) stable cost 5", "select id, k(a) as a from t",
         CALLED),
    read("a function of the name takes something else",
         "create function k(text) returns int immutable language sql as 'select 2'", "select id, k(a) as a from t",
         CALLED),
    read("a type is made again under its name",
         "create type m2 as enum ('a', 'b', 'c'); alter table t alter a type m2 using a::text::m2; drop type m;"
         " alter type m2 rename to m", "select id, a from t where a = 'a'::m", ENUM, promises=MOODS),
    read("a table gets a column that is asked whether it has rows", "alter table u add z int",
         "select id, a from t where not exists (select * from u)", BOTH),
    write("the table to which a writer copies with a star gets a column", "alter table t add z int", SOURCE,
          insert=COPIED),
    write("a foreign key is made again after the table that it refers to was renamed",
          "alter table t drop constraint t_a_fkey; alter table o rename to owners; alter table t add foreign key (a)"
          " references owners (id)", REFERRING),
)  # fmt: skip
