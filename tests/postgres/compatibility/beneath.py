"""Changes of what a contract's table rests on, or of what a statement runs besides what it says."""

from tests.postgres.compatibility.attacking import ID, TABLE, A, case, read, write
from tests.postgres.compatibility.case import Case, column

VIEWS = (
    "create table base (id bigint primary key, a int, b text default 'x'); insert into base values (1, 5), (2, 6);"
    "create view v as select id, a from base; create view t as select id, a from v;"
    "grant all on base, v, t to {client};"
)
KEYS = (
    "create table o (id int primary key); insert into o values (5), (6), (7);"
    "create table t (id bigint primary key, a int references o on update cascade); insert into t values (1, 5), (2, 6);"
)
COUNTED = (
    "create table t (id bigserial primary key, a int); insert into t (a) values (5), (6);"
    "grant all on sequence t_id_seq to {client};"
)
GUARDED = (
    TABLE + "alter table t enable row level security; create policy p on t using (own());"
)  # fmt: skip
OWN = "create function own() returns boolean stable language sql as 'select true';"
JOINED = (
    "create schema side; create table side.o (id int primary key, z int); insert into side.o values (1, 9);"
    "grant usage on schema side to {client}; grant select on side.o to {client};" + TABLE
)
DROPPING = (
    "create function f() returns int language plpgsql as $$begin alter table t drop column a; return 1; end$$;"
    "create table z (x int);" + TABLE
)
FIRED = (
    "create function f() returns trigger language plpgsql as $$begin alter table t drop column a; return new; end$$;"
    "create table z (x int); create trigger r before insert on z for each row execute function f();" + TABLE
)
QUERY = "select t.id, o.z as a from t join side.o using (id)"
VALUE = (column("a", "integer"),)


def counted(what: str, change: str) -> Case:
    """A change that a writer may feel which leaves its key to a sequence."""
    return write(what, change, COUNTED, promises=VALUE, sent=((9,),))


BREAKING = (
    case("a function that CREATE TABLE AS calls drops a column", "create table y as select f() as x", DROPPING),
    case("a function that a new column's default calls drops a column",
         "insert into z values (1); alter table z add y int default f()", DROPPING),
    case("a trigger that an INSERT elsewhere fires drops a column", "insert into z values (1)", FIRED),
    read("a function in SQL's own syntax deletes rows as CREATE TABLE AS calls it",
         "create function g() returns int begin atomic delete from t; select 1; end; create table y as select g()",
         "select id, a from t order by 1"),
    case("a row of the server's own catalog is changed",
         "update pg_attribute set attname = 'zz' where attrelid = 't'::regclass and attname = 'a'"),
    read("a key is changed that a column refers to with ON UPDATE CASCADE", "update o set id = id + 10",
         "select id, a from t order by 1", KEYS),
    read("rows below two views get other values", "update base set a = 0", "select id, a from t order by 1", VIEWS),
    write("a view below a view computes a column", "create or replace view v as select id, a + 1 as a from base",
          VIEWS),
    read("a rule replaces the query of a view below a view",
         'create or replace rule "_RETURN" as on select to v do instead select id, a + 1 as a from base',
         "select id, a from t order by 1", VIEWS),
    counted("the sequence of a key is set by its qualified name",
            "select pg_catalog.setval('public.t_id_seq'::regclass, 1, false)"),
    counted("the sequence of a key counts backwards", "alter sequence t_id_seq increment by -1"),
    counted("the use of a key's sequence is revoked", "revoke all on sequence t_id_seq from {client}"),
    read("the primary key goes by which a query groups", "alter table t drop constraint t_pkey",
         "select id, a from t group by id order by 1"),
    write("row security decides by a function that decides otherwise now",
          "create or replace function own() returns boolean stable language sql as 'select false'", OWN + GUARDED),
    write("a policy that lets rows in lets none in", "alter policy p on t using (false)", OWN + GUARDED),
    write("a policy more restricts what is let in", "create policy q on t as restrictive using (false)",
          OWN + GUARDED),
    read("the type of a joined table changes that no entry lists", "alter table side.o alter z type text",
         "select t.id, o.z + 1 as a from t join side.o using (id)", JOINED),
    read("the right to read a joined table is revoked that no entry lists", "revoke select on side.o from {client}",
         QUERY, JOINED),
    read("the rows of a joined table go that no entry lists", "delete from side.o", QUERY, JOINED),
    write("a unique index over a constant leaves room for one row", "create unique index on t ((1))",
          "create table t (id bigint primary key, a int not null default 0); insert into t values (1, 5);"),
)  # fmt: skip
HEALTHY = (
    read("a function that CREATE TABLE AS calls reads", "create function g() returns bigint language sql as"
         " 'select count(*) from t'; create table y as select g() as x", "select id, a from t order by 1"),
    read("a key is changed that a column refers to without ON UPDATE, and that no row has",
         "update o set id = 9 where id = 7", "select id, a from t order by 1", KEYS.replace(" on update cascade", "")),
    case("a column is renamed below two views", "alter table base rename a to z", VIEWS),
    write("a policy more lets rows in", "create policy q on t for insert with check (true)", OWN + GUARDED),
    read("a joined table gets a column that no entry lists", "alter table side.o add n int", QUERY, JOINED),
    read("a primary key goes and comes back by which a query groups",
         "alter table t drop constraint t_pkey, add constraint t_pkey primary key (id)",
         "select id, a from t group by id order by 1", promises=(ID, A)),
)  # fmt: skip
