"""Keys: unique, primary, foreign; and indexes."""

from tests.postgres.compatibility.case import Case, column

ID = column("id", "bigint", required=True)
PLAIN = "create table t (id bigint not null, a int); insert into t values (1, 5);"
UNIQUE = "create table t (id bigint not null, a int constraint only_a unique); insert into t values (1, 5);"
LINKED = (
    "create table u (id int primary key, b text); insert into u values (5, 'five'), (6, 'six');"
    "create table t (id bigint primary key, a int constraint to_u references u); insert into t values (1, 5);"
)

CASES = (
    Case(
        row="add UNIQUE / PRIMARY KEY / EXCLUDE",
        what="duplicates are refused, and the writer may send them",
        setup=PLAIN,
        change="alter table t add constraint only_a unique (a)",
        promises=(ID, column("a", "integer")),
        sent=((2, 7), (3, 7)),
        writer="unique-added",
    ),
    Case(
        row="add UNIQUE / PRIMARY KEY / EXCLUDE",
        what="duplicates are refused, and the writer promised to send none",
        setup=PLAIN,
        change="alter table t add constraint only_a unique (a)",
        promises=(ID, column("a", "integer", unique=True)),
        sent=((2, 7), (3, 8)),
    ),
    Case(
        row="add UNIQUE / PRIMARY KEY / EXCLUDE",
        what="a primary key is added",
        setup=PLAIN,
        change="alter table t add primary key (id)",
        promises=(ID, column("a", "integer")),
        sent=((2, 7), (2, 8)),
        writer="unique-added",
    ),
    Case(
        row="add UNIQUE / PRIMARY KEY / EXCLUDE",
        what="a unique index is added",
        setup=PLAIN,
        change="create unique index only_a on t (a)",
        promises=(ID, column("a", "integer")),
        sent=((2, 7), (3, 7)),
        writer="unique-added",
    ),
    Case(
        row="add UNIQUE / PRIMARY KEY / EXCLUDE",
        what="an exclusion is added",
        setup="create table t (id bigint not null, a int4range); insert into t values (1, '[1,2)');",
        change="alter table t add constraint apart exclude using gist (a with &&)",
        promises=(ID, column("a", "int4range")),
        insert="insert into t (id, a) values (%s, %s::int4range)",
        sent=((2, "[5,9)"), (3, "[8,12)")),
        writer="unique-added",
    ),
    Case(
        row="drop UNIQUE / PRIMARY KEY",
        what="a promised unique constraint is dropped",
        setup=UNIQUE,
        change="alter table t drop constraint only_a",
        promises=(ID, column("a", "integer", unique=True)),
        sent=((2, 7),),
        others=("insert into t values (9, 5)",),
        reader="unique-dropped",
    ),
    Case(
        row="drop UNIQUE / PRIMARY KEY",
        what="the unique constraint goes on which the writer upserts",
        setup=UNIQUE,
        change="alter table t drop constraint only_a",
        promises=(ID, column("a", "integer")),
        sent=((2, 7), (3, 7)),
        upsert=("a",),
        writer="unique-dropped",
    ),
    Case(
        row="drop UNIQUE / PRIMARY KEY",
        what="a unique constraint is dropped of which nothing was promised",
        setup=UNIQUE,
        change="alter table t drop constraint only_a",
        promises=(ID, column("a", "integer")),
        sent=((2, 7),),
    ),
    Case(
        row="drop UNIQUE / PRIMARY KEY",
        what="a primary key is dropped, and its column stays NOT NULL",
        setup="create table t (id bigint constraint first primary key, a int); insert into t values (1, 5);",
        change="alter table t drop constraint first",
        promises=(ID, column("a", "integer")),
        sent=((2, 7),),
        others=("insert into t values (null, 5)",),
    ),
    Case(
        row="add FK",
        what="a foreign key is added",
        setup=LINKED.replace(" constraint to_u references u", ""),
        change="alter table t add constraint to_u foreign key (a) references u",
        promises=(ID, column("a", "integer")),
        sent=((2, 99),),
        writer="foreign-key-added",
    ),
    Case(
        row="drop FK, change ON DELETE",
        what="a foreign key is dropped, and a row loses what it refers to",
        setup=LINKED,
        change="alter table t drop constraint to_u",
        promises=(ID, column("a", "integer")),
        sent=((2, 6),),
        others=("insert into t values (9, 99)",),
        reader="foreign-key-changed",
    ),
    Case(
        row="drop FK, change ON DELETE",
        what="rows go with what they refer to",
        setup=LINKED,
        change="alter table t drop constraint to_u; "
        "alter table t add constraint to_u foreign key (a) references u on delete cascade",
        promises=(ID, column("a", "integer")),
        sent=((2, 6),),
        others=("delete from u where id = 5",),
        reader="foreign-key-changed",
    ),
    Case(
        row="drop index the contract's lookup needs",
        what="an index is dropped",
        setup="create table t (id bigint primary key, a int); insert into t values (1, 5); create index t_a on t (a);",
        change="drop index t_a",
        promises=(ID, column("a", "integer")),
        query="select id, a from t where a = 5",
        accesses=("read",),
        reader="index-dropped",
    ),
)
