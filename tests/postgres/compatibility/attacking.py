"""What a case of an attack is: the table that most of them are about, and a reader's or a writer's case on it."""

from typing import Any

from tests.postgres.compatibility.case import Case, column

ID, A = column("id", "bigint", required=True), column("a", "integer")
TABLE = (
    "create table t (id bigint primary key, a int not null default 0, b text default 'x');"
    "insert into t values (1, 5), (2, 6);"
)
KNOWN_GRANTS = TABLE + "grant select, insert on t to {client};"
ENUM = "create type m as enum ('a', 'b'); create table t (id bigint primary key, a m); insert into t values (1, 'a');"
MOODS = (ID, column("a", "m"))


def case(what: str, change: str, setup: str = TABLE, **more: Any) -> Case:
    """A change that both the reader and the writer may feel."""
    return Case(
        row="", what=what, change=change, **({"setup": setup, "promises": (ID, A), "sent": ((9, 7),)} | more)
    )  # fmt: skip


def read(what: str, change: str, query: str, setup: str = TABLE, **more: Any) -> Case:
    """A change that the reader with that query may feel."""
    return case(what, change, setup, query=query, accesses=("read",), **more)


def write(what: str, change: str, setup: str = TABLE, **more: Any) -> Case:
    """A change that the writer may feel."""
    return case(what, change, setup, accesses=("write",), **more)
