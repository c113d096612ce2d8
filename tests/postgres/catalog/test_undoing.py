"""What scripts leave that roll back a part of themselves is what the server has after them."""

import psycopg
import pytest

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.history.folding import is_refusal
from schemaguard.history.history import Section
from schemaguard.history.sql_runner import run_section

SETUP = "create table t (id int primary key, a int not null); create schema s; create table s.t (b int);"
SCRIPTS = {
    "a dropped table": "begin; drop table t; rollback;",
    "abort": "begin; drop table t; abort;",
    "abort work": "start transaction; drop table t; abort work;",
    "rollback transaction": "begin work; drop table t; rollback transaction;",
    "committed": "begin; drop table t; commit;",
    "end": "begin; drop table t; end;",
    "then more": "begin; drop table t; rollback; alter table t add column c int;",
    "a savepoint": "begin; savepoint s1; drop table t; rollback to savepoint s1; alter table t add c int; commit;",
    "without the word": "begin; savepoint s1; drop table t; rollback work to s1; alter table t add c int; commit;",
    "the inner one only": """begin; alter table t add c int; savepoint s1; alter table t add d int; savepoint s2;
        alter table t drop column a; rollback to s2; commit;""",
    "the outer one": """begin; alter table t add c int; savepoint s1; alter table t add d int; savepoint s2;
        alter table t drop column a; rollback to s1; commit;""",
    "released": "begin; savepoint s1; alter table t drop column a; release savepoint s1; commit;",
    "released within one rolled back": """begin; savepoint s1; savepoint s2; alter table t drop column a; release s2;
        rollback to s1; commit;""",
    "twice to the same": """begin; savepoint s1; drop table t; rollback to s1; alter table t drop column a;
        rollback to s1; alter table t add c int; commit;""",
    "two of a name": """begin; savepoint s1; alter table t add c int; savepoint s1; alter table t add d int;
        rollback to s1; release s1; alter table t add e int; rollback to s1; commit;""",
    "the transaction after a savepoint": "begin; savepoint s1; drop table t; rollback to s1; drop table t; rollback;",
    "chained": "begin; drop table t; rollback and chain; alter table t add c int; rollback; alter table t add d int;",
    "chained and committed": "begin; drop table t; rollback and chain; alter table t add c int; commit;",
    "committed and chained": "begin; alter table t add c int; commit and chain; drop table t; rollback;",
    "not chained": "begin; drop table t; rollback and no chain; alter table t add c int;",
    "nothing open": "alter table t drop column a; rollback; alter table t add c int;",
    "begun twice": "begin; alter table t drop column a; begin; alter table t add c int; rollback;",
    "the search_path": "begin; savepoint s1; set search_path = s; rollback to s1; alter table t add c int; commit;",
    "the search_path of it all": "begin; set search_path = s; rollback; alter table t add c int;",
    "a table that was made": "begin; create table u (x int); savepoint s1; create table v (); rollback to s1; commit;",
    "a savepoint that was undone": """begin; savepoint s1; savepoint s2; rollback to s1; alter table t add c int;
        commit;""",
    "a quoted savepoint": 'begin; savepoint "S 1"; drop table t; rollback to "S 1"; commit;',
    "a renamed type": "create type m as enum ('a'); begin; alter type m rename to n; rollback; drop type m;",
    "a view": "begin; create view v as select * from t; rollback; alter table t drop column a;",
}


def _on_a_server(url: str, script: str) -> Catalog:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SETUP.encode())
        for statement in script.split(";"):
            if statement.strip():
                connection.execute(statement.encode())
        connection.execute("reset search_path")
        return read_catalog(connection)


def _folded(script: str) -> Catalog:
    steps = run_section(Section("1.sql", f"{SETUP} {script}"), Catalog())
    assert not any(is_refusal(change) for step in steps for change in step.changes)
    return steps[-1].after


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_what_is_left_is_what_the_server_has(each_database: str, script: str) -> None:
    assert difference(_on_a_server(each_database, script), _folded(script)) == ()


@pytest.mark.parametrize(
    "script",
    [
        "begin; rollback to savepoint nowhere;",
        "begin; savepoint s1; release s1; rollback to s1;",
        "begin; savepoint s1; rollback; begin; release savepoint s1;",
        "begin; savepoint s1; savepoint s2; rollback to s1; rollback to s2;",
    ],
)
def test_a_savepoint_that_is_not_there_is_refused(each_database: str, script: str) -> None:
    with pytest.raises(psycopg.errors.InvalidSavepointSpecification, match="does not exist"):
        _on_a_server(each_database, script)
    last = run_section(Section("1.sql", script), Catalog())[-1]
    assert is_refusal(last.changes[-1])
    assert "(3B001)" in str(last.changes[-1])
