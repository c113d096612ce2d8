"""A table of which nothing is known but what later statements say, because a DO block made it."""

from typing import Any

from tests.postgres.compatibility.case import Case, column

ID, A = column("id", "bigint", required=True), column("a", "integer")
MADE = (
    "do $$ begin create table t (id bigint primary key, a int default 0, must int not null default 1, note text,"
    " constraint low check (a >= 0)); insert into t (id, a) values (1, 5); end $$;"
)
ROW = "a change of a table that isn't known in full"


def _made(what: str, change: str, **more: Any) -> Case:
    return Case(
        row=ROW, what=what, change=change, **({"setup": MADE, "promises": (ID, A), "sent": ((9, 7),)} | more)
    )  # fmt: skip


CASES = (
    _made(
        "a constraint is dropped of which nobody knows what it kept", "alter table t drop constraint low",
        promises=(ID, column("a", "integer", minimum=0)), others=("insert into t (id, a) values (8, -1)",),
        reader="unlisted",
    ),
    _made(
        "a default is dropped of a column of which nobody knows whether it is required",
        "alter table t alter must drop default", writer="unlisted",
    ),
    _made("row security is on, and nobody knows the policies", "alter table t enable row level security",
          reader="unlisted", writer="unlisted"),
    _made("a column that may be NULL is added", "alter table t add extra int"),
    _made("an index is made", "create index on t (a)"),
    _made("a column that nobody uses is dropped", "alter table t drop column note"),
    _made("a comment is made", "comment on column t.a is 'what it is'"),
    _made("everything is granted", "grant all on t to {other}"),
)  # fmt: skip
