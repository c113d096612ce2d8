"""Rows and values that arrive by a statement, in a table, in what becomes a part of it, or where a view is filled."""

from typing import Any

from tests.postgres.compatibility.attacking import ID, TABLE, A, case, read
from tests.postgres.compatibility.case import Case, column

BOUNDED = {"promises": (ID, column("a", "integer", minimum=0, maximum=100))}
LISTED = {"promises": (ID, column("b", "text", enum=("x", "y")))}
CHECKED = TABLE + "alter table t add check (a between 0 and 100);"
HELD = (
    "create table base (id bigint primary key, a int, c int default 1); insert into base values (1, 5), (2, 6);"
    "create materialized view t as select id, a from base;"
)
PARTED = (
    "create table t (id bigint not null, a int, b text) partition by range (id);"
    "create table t1 partition of t for values from (0) to (10); insert into t values (1, 5, 'x'), (2, 6, 'y');"
    "create table part as select 11::bigint as id, 500 as a, 'z' as b; alter table part alter id set not null;"
)
ATTACHED = "alter table t attach partition part for values from (10) to (20)"
CHILD = TABLE.replace(" primary key", "") + "create table child (id bigint, a int not null, b text);"
PARENT = (
    "create table base (id bigint, a int, b text default 'x'); insert into base values (1, 5, 'x');"
    "create table t () inherits (base); insert into t values (1, 5, 'x'), (2, 6, 'y');"
)
PUTTING = TABLE + (
    "create function put() returns int language sql as $$insert into t (id, a) values (7, 500) returning a$$;"
)


def rows(what: str, change: str, setup: str = TABLE, **more: Any) -> Case:
    """A change that brings rows to a reader of the table."""
    shown = more["promises"][1].column if "promises" in more else "a"
    return read(what, change, f"select id, {shown} from t order by 1", setup, **more)


def older(what: str, change: str, setup: str = TABLE, **more: Any) -> Case:
    """A change that brings rows to a table of which the reader only takes what was there."""
    shown = more["promises"][1].column if "promises" in more else "a"
    return read(what, change, f"select id, {shown} from t where id < 7 order by 1", setup, **more)


BREAKING = (
    rows("a row is put in that is out of the promised bounds", "insert into t values (7, 500, 'x')", **BOUNDED),
    rows("rows that a query finds are put in", "insert into t (a, id) select 500, 7", **BOUNDED),
    rows("a row is put in whose default is out of the promised bounds",
         "alter table t alter a set default -1; insert into t (id) values (7)", **BOUNDED),
    rows("a value is put in that was promised never to arrive", "insert into t (id, b) values (6, 'x'), (7, E'\\x7a')",
         **LISTED),
    rows("a value is written that was promised never to arrive", "update t set b = 'z' where id = 1", **LISTED),
    rows("a number is written that is out of the promised bounds", 'update t set ("a") = row(500)', **BOUNDED),
    rows("a value is put in that another row has", "insert into t (id, a) values (7, 5)",
         promises=(ID, column("a", "integer", unique=True))),
    rows("a longer text is put in than was promised", "insert into t (id, b) values (7, 'much longer')",
         promises=(ID, column("b", "text", max_length=5))),
    rows("a row is put in below a view", "insert into base values (7, 500)",
         "create table base (id bigint primary key, a int); create view t as select * from base;", **BOUNDED),
    rows("a function that a SELECT calls puts a row in", "select put() from t limit 1", PUTTING, **BOUNDED),
    rows("rows are merged that are out of the promised bounds",
         "merge into t using (select 7 as id) s on t.id = s.id when not matched then insert (id, a) values (7, 500)",
         **BOUNDED),
    rows("a partition with rows is attached", ATTACHED, PARTED, **BOUNDED),
    rows("a partition is attached that the migration has filled",
         "create table p (like t); insert into p values (12, 500); alter table t attach partition p for values from"
         " (10) to (20)", PARTED, **BOUNDED),
    rows("a partition of a query's rows is attached",
         "create table p as select 12::bigint as id, 500 as a, 'x' as b; alter table p alter id set not null;"
         "alter table t attach partition p for values from (10) to (20)", PARTED, **BOUNDED),
    rows("a table with rows becomes a child", "insert into child values (1, 7); alter table child inherit t", CHILD,
         promises=(column("id", "bigint", unique=True), A)),
    rows("NULL is put in that was promised never to arrive", "insert into t (id, b) values (7, null)",
         promises=(ID, column("b", "text", required=True))),
    rows("a row comes through the partitioned table that is out of a partition's promised bounds",
         "insert into base values (7, 500)",
         PARTED.replace("table t ", "table base ").replace("t1 partition of t ", "t partition of base ")
         .replace("into t ", "into base "), **BOUNDED),
    rows("values are written through the parent of a table", "update base set a = 0", PARENT),
    rows("rows are deleted through the parent of a table", "delete from base where id = 1", PARENT),
    rows("the parent of a table is emptied", "truncate base", PARENT),
    rows("rows of a parent go, and those of its children stay", "delete from only t",
         PARENT.replace("table t ", "table child ").replace("into t ", "into child ").replace("base", "t")),
    rows("rows below a materialised view change, and it is filled",
         "update base set a = 0; refresh materialized view t", HELD),
    rows("rows below a materialised view go, and it is filled beside its readers",
         "delete from base where id = 1; refresh materialized view concurrently t",
         HELD + "create unique index on t (id);"),
    rows("the table below a materialised view is emptied, and it is filled",
         "truncate base; refresh materialized view t", HELD),
    rows("a row comes below a materialised view that is out of the promised bounds, and it is filled",
         "insert into base values (7, 500); refresh materialized view t", HELD, **BOUNDED),
    rows("rows below a materialised view change, and it is made again",
         "update base set a = 0; drop materialized view t; create materialized view t as select id, a from base;"
         " grant select on t to {client}", HELD),
    rows("rows change below a view below a materialised view, and it is filled",
         "update base set a = 0; refresh materialized view t",
         HELD.replace("create mat", "create view v as select * from base; create mat")
         .replace("select id, a from base", "select id, a from v")),
    rows("rows change below two materialised views, and both are filled",
         "update base set a = 0; refresh materialized view m; refresh materialized view t",
         HELD.replace("view t as select id, a from base", "view m as select id, a from base;"
                      " create materialized view t as select id, a from m")),
    rows("two materialised views are made again after rows below them have changed",
         "update base set a = 0; drop materialized view t; drop materialized view m;"
         " create materialized view m as select id, a from base; create materialized view t as select id, a from m;"
         " grant select on t to {client}",
         HELD.replace("view t as select id, a from base", "view m as select id, a from base;"
                      " create materialized view t as select id, a from m")),
    rows("a materialised view is filled on which a view stands", "update base set a = 0; refresh materialized view m",
         HELD.replace("view t", "view m") + "create view t as select id, a from m;"),
)  # fmt: skip
HEALTHY = (
    older("a row is put in that is within the promised bounds", "insert into t values (7, 50, 'x')", **BOUNDED),
    older("a row is put in where a check keeps the bounds", "insert into t (id, a) select 7, 50", CHECKED, **BOUNDED),
    older("a listed value is put in", "insert into t (id, b) values (7, $$y$$::text)", **LISTED),
    older("a row is put in of which nothing is promised", "insert into t values (7, 500, 'x')"),
    older("an empty partition is made and attached",
         "create table p (like t); alter table t attach partition p for values from (10) to (20)", PARTED, **BOUNDED),
    older("a partition with rows is attached whose own check keeps the bounds", ATTACHED,
         PARTED + "update part set a = 50; alter table part add check (a >= 0 and a <= 100);", **BOUNDED),
    older("a child is made that inherits", "create table p () inherits (t)", **BOUNDED),
    older("a child is made and inherits later", "create table p (like t); alter table p inherit t",
         TABLE.replace(" primary key", "").replace("id bigint", "id bigint not null"), **BOUNDED),
    older("rows below a materialised view change, and it isn't filled", "update base set a = 0", HELD),
    older("a materialised view is filled and then rows change below it",
         "refresh materialized view t; update base set a = 0", HELD),
    older("a column changes that a materialised view doesn't show, and it is filled",
         "update base set c = 0; refresh materialized view t", HELD),
    older("rows of another table change, and a materialised view is filled",
         "create table o (a int); insert into o values (1); update o set a = 2; refresh materialized view t", HELD),
    older("rows of a parent go, and those of the table stay", "delete from only base", PARENT),
    older("values of a parent are written, and those of the table stay", "update only (base) set a = 0", PARENT),
    older("a parent is emptied, and the table isn't", "truncate only base", PARENT),
    older("a row comes to the parent of a table", "insert into base values (1, 500, 'z')", PARENT, **BOUNDED),
    older("rows below a materialised view that isn't filled change, and the one above is filled",
         "update base set a = 0; refresh materialized view t",
         HELD.replace("view t as select id, a from base", "view m as select id, a from base;"
                      " create materialized view t as select id, a from m")),
    case("rows are put into another table", "create table o (id int, a int); insert into o values (7, 500)", **BOUNDED),
)  # fmt: skip
