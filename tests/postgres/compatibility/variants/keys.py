"""Keys that are replaced by others: mlflow-auth 2ed73881770d and mlflow 451aebb31d03 widen what they had."""

from tests.postgres.compatibility.case import Case, column

ID, A, B = column("id", "bigint", required=True), column("a", "integer"), column("b", "integer")
KEYED = (
    "create table t (id bigint not null, a int, b int, constraint only_a unique (a)); insert into t values (1, 5, 5);"
)

VARIANTS = (
    Case(
        row="",
        what="a unique constraint is replaced by one over a column more",
        setup=KEYED,
        change=(
            "alter table t add c text not null default 'x'; alter table t drop constraint only_a;"
            "alter table t add constraint only_c unique (c, a)"
        ),
        promises=(ID, A, B),
        sent=((2, 7, 7), (3, 8, 7), (4, None, 7), (5, None, 7)),
        through=("table",),
        accesses=("write",),
    ),
    Case(
        row="",
        what="a primary key is replaced by one over a column more",
        setup="create table t (id bigint constraint pk primary key, a int not null, b int);",
        change="alter table t drop constraint pk; alter table t add constraint pk primary key (id, a)",
        promises=(ID, column("a", "integer", required=True), B),
        sent=((2, 7, 7), (3, 7, 7)),
        through=("table",),
        accesses=("write",),
    ),
    Case(
        row="",
        what="a unique index over some rows joins a unique constraint over its columns",
        setup=KEYED,
        change="create unique index some_a on t (a, b) where b > 0",
        promises=(ID, A, B),
        sent=((2, 7, 7), (3, 8, 7), (4, None, 7), (5, None, 7)),
        through=("table",),
        accesses=("write",),
    ),
    Case(
        row="",
        what="a unique constraint is replaced by one over a column less",
        setup="create table t (id bigint not null, a int, b int, constraint only_ab unique (a, b));",
        change="alter table t drop constraint only_ab; alter table t add constraint only_ab unique (a)",
        promises=(ID, A, B),
        sent=((2, 7, 7), (3, 7, 8)),
        writer="unique-added",
        through=("table",),
        accesses=("write",),
    ),
    Case(
        row="",
        what="a unique constraint is replaced by one over another column",
        setup=KEYED,
        change="alter table t drop constraint only_a; alter table t add constraint only_b unique (b)",
        promises=(ID, A, B),
        sent=((2, 7, 7), (3, 8, 7)),
        writer="unique-added",
        through=("table",),
        accesses=("write",),
    ),
    Case(
        row="",
        what="a unique constraint takes one NULL from now on",
        setup=KEYED,
        change=(
            "alter table t drop constraint only_a; alter table t add constraint only_a unique nulls not distinct (a, b)"
        ),
        promises=(ID, A, B),
        sent=((2, None, 7), (3, None, 7)),
        writer="unique-added",
        through=("table",),
        accesses=("write",),
    ),
    Case(
        row="",
        what="a unique constraint takes one NULL from now on, in a column that the writer fills",
        setup=KEYED.replace("a int", "a int not null"),
        change=(
            "alter table t drop constraint only_a; alter table t add constraint only_a unique nulls not distinct (a, b)"
        ),
        promises=(ID, column("a", "integer", required=True), B),
        sent=((2, 7, 7), (3, 8, 7)),
        through=("table",),
        accesses=("write",),
    ),
)
