"""Columns and labels that change names among each other, and those that only get others or their own again."""

from tests.postgres.compatibility.attacking import ID, case, column, read

TWO = "create table t (id bigint primary key, a int, c int); insert into t values (1, 5, 6), (2, 7, 8);"
QUOTED = (
    'create table t (id bigint primary key, "A ""b""" int, "C" int); insert into t values (1, 5, 6);'
)  # fmt: skip
ENUM = (
    "create type m as enum ('a', 'b', 'It''s'); create table t (id bigint primary key, a m);"
    "insert into t values (1, 'a'), (2, 'b'), (3, 'It''s');"
)
LABELS = "; ".join(f"alter type m rename value '{old}' to '{new}'" for old, new in ("ax", "ba", "xb"))
PLACES = "alter table t rename a to x; alter table t rename c to a; alter table t rename x to c"
MOOD = column("a", "m")
SEEN = "select id, a::text as a from t order by 1"
CHILD = TWO.replace("table t ", "table base ").replace("into t ", "into base ") + (
    "create table t () inherits (base); insert into t values (1, 5, 6);"
)
VIEW = TWO.replace("table t ", "table base ").replace("into t ", "into base ") + (
    "create view t as select id, a, c from base;"
)
BREAKING = (
    read("two columns change places", PLACES, "select id, a from t order by 1", TWO),
    read("three columns change places",
         "alter table t rename a to x; alter table t rename c to a; alter table t rename d to c;"
         " alter table t rename x to d", "select id, a from t order by 1",
         TWO.replace("c int", "c int, d int").replace("6)", "6, 1)").replace("8)", "8, 2)")),
    read("columns change places while the table has another name",
         PLACES.replace("table t ", "table u ").join(("alter table t rename to u; ", "; alter table u rename to t")),
         "select id, a from t order by 1", TWO),
    read("columns change places, and the table comes back from another schema in between",
         "create schema side; alter table t rename a to x; alter table t set schema side;"
         " alter table side.t rename c to a; alter table side.t set schema public; alter table t rename x to c",
         "select id, a from t order by 1", TWO),
    read("columns with quoted names change places",
         'alter table t rename "A ""b""" to "X"; alter table t rename "C" to "A ""b""";'
         ' alter table t rename "X" to "C"', 'select id, "A ""b""" from t order by 1', QUOTED,
         promises=(ID, column('A "b"', "integer"))),
    read("columns of a parent change places", PLACES.replace("table t ", "table base "),
         "select id, a from t order by 1", CHILD),
    read("columns of a view change places", PLACES.replace("table t ", "view t "), "select id, a from t order by 1",
         VIEW),
    read("columns below a view change places, and it is made again",
         f"drop view t; {PLACES.replace('table t ', 'table base ')}; create view t as select id, a, c from base;"
         " grant select on t to {client}", "select id, a from t order by 1", VIEW),
    read("a column gives its name to another one", "alter table t rename a to x; alter table t rename c to a",
         "select id, a from t order by 1", TWO),
    read("a column is dropped, and another one gets its name",
         "alter table t drop a; alter table t rename c to a", "select id, a from t order by 1", TWO),
    read("a new column gets the name of one", "alter table t add n int; alter table t rename a to x;"
         " alter table t rename n to a", "select id, a from t order by 1", TWO),
    read("a new column gets the name of one, and other values",
         "alter table t add n int; update t set n = a * 100; alter table t drop a; alter table t rename n to a",
         "select id, a from t order by 1", TWO),
    read("two labels change places", LABELS, SEEN, ENUM, promises=(ID, MOOD)),
    read("labels change places while the type has another name",
         f"alter type m rename to n; {LABELS.replace('type m ', 'type n ')}; alter type n rename to m", SEEN, ENUM,
         promises=(ID, MOOD)),
    read("labels of the elements of an array change places", LABELS, "select id, a::text[] as a from t order by 1",
         ENUM.replace("a m)", "a m[])").replace(", 'a')", ", '{a}')").replace(", 'b')", ", '{b}')")
         .replace("(3, 'It''s')", "(3, '{b,a}')"), promises=(ID, column("a", "m[]"))),
    read("labels below a domain change places", LABELS, SEEN,
         ENUM.replace("; create table", "; create domain d as m; create table").replace("a m)", "a d)"),
         promises=(ID, column("a", "d"))),
)  # fmt: skip
HEALTHY = (
    case("a column gets another name and has its own again",
         "alter table t rename a to x; alter table t rename x to a", TWO),
    case("columns change places, and back",
         PLACES + "; " + PLACES, TWO),
    case("columns that nobody reads change places", PLACES.replace("rename a ", "rename d ").replace("to a", "to d"),
         TWO.replace("c int", "c int, d int").replace("6)", "6, 1)").replace("8)", "8, 2)")),
    read("a new column gets the name and the values of one",
         "alter table t add n int; update t set n = a; alter table t drop a; alter table t rename n to a",
         "select id, a from t order by 1", TWO),
    read("a label gets another name and has its own again",
         "alter type m rename value 'a' to 'x'; alter type m rename value 'x' to 'a'", SEEN, ENUM,
         promises=(ID, MOOD)),
    read("labels of another type change places",
         "create type o as enum ('a', 'b');" + LABELS.replace("type m ", "type o "), SEEN, ENUM, promises=(ID, MOOD)),
)  # fmt: skip
