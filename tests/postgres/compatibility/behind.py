"""Rows and defaults that a client never names and feels all the same: through functions, policies and domains."""

from tests.postgres.compatibility.attacking import ID, TABLE, read, write
from tests.postgres.compatibility.case import column
from tests.postgres.compatibility.rights import BASE, FINDING, FOUND, POLICY, QUERY, SOURCE

NESTED = (
    "create domain d1 int default 1; create domain d2 d1; create table t (id bigint primary key, a d2);"
    "insert into t values (1, 2);"
)
BREAKING = (
    read("rows go that the query's function reads", "delete from src where x = 5", FINDING, SOURCE + TABLE + FOUND),
    read("rows get other values that the query's function reads", "update src set x = x + 100", FINDING,
         SOURCE + TABLE + FOUND),
    read("rows go that a view's function reads", "truncate src", QUERY,
         SOURCE + BASE + FOUND + "create view t as select id, found() as a from base;"),
    read("rows go that a policy asks", "delete from src", QUERY, SOURCE + TABLE + POLICY),
    write("the default of a domain of a column is another", "alter domain d2 set default 3", NESTED, promises=(ID,),
          sent=((9,),)),
)  # fmt: skip
HEALTHY = (
    read("rows go that no function of the query reads", "create table o (x int); insert into o values (1);"
         " delete from o", FINDING, SOURCE + TABLE + FOUND),
    write("the default of a domain below the domain of a column is another", "alter domain d1 set default 3", NESTED,
          promises=(ID,), sent=((9,),)),
    write("a column of a domain over a domain is written", "alter domain d1 drop default", NESTED,
          promises=(ID, column("a", "d2"))),
)  # fmt: skip
