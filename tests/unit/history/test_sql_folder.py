"""Folders of SQL migrations, as their tools name, order, pair and send them."""

import pytest

from schemaguard.errors import HistoryError
from schemaguard.history.discovery import discover
from schemaguard.history.history import History
from schemaguard.history.sources import MemoryFiles


def read(*names: str, path: str = "db", **texts: str) -> History:
    files = {f"db/{name}": f"select '{name}'" for name in names}
    return discover(path, MemoryFiles(files | texts))


def files_of(history: History) -> list[tuple[str, str | None]]:
    return [
        (
            history.scripts[i].up.file.removeprefix("db/"),
            history.scripts[i].down.file.removeprefix("db/") if history.scripts[i].down else None,
        )
        for i in history.graph.order
    ]


def test_flyway_orders_versions_as_numbers_and_repeatables_last() -> None:
    history = read("V10__j.sql", "V2.1__c.sql", "V2__b.sql", "R__views.sql", "U2__b.sql", "V1_1__a.sql", "B2__base.sql")
    assert history.tool == "flyway"
    assert history.graph.order == ("1.1", "2", "2.1", "10", "R__views")
    assert files_of(history)[1] == ("V2__b.sql", "U2__b.sql")
    assert history.scripts["2"].up.transactions == "one"
    assert history.graph.revisions["2"].down == ("1.1",)


def test_flyway_runs_a_file_outside_of_a_transaction_where_it_must_or_may() -> None:
    history = discover(
        "db",
        MemoryFiles(
            {
                "db/V1__a.sql": "create table t (a int);",
                "db/V2__b.sql": "CREATE INDEX CONCURRENTLY i ON t (a);",
                "db/V3__c.sql": "select 1;",
                "db/V3__c.sql.conf": "executeInTransaction=false\n",
                "db/V4__d.sql": "-- flyway:executeInTransaction=false\nselect 1;",
            }
        ),
    )
    assert [history.scripts[i].up.transactions for i in history.graph.order] == ["one", "none", "none", "none"]


def test_the_same_version_twice_is_a_problem() -> None:
    (problem,) = read("V1__a.sql", "V01__b.sql").problems
    assert problem.kind == "duplicate"
    assert "db/V01__b.sql and db/V1__a.sql" in problem.message


def test_golang_migrate_pairs_up_and_down() -> None:
    history = read("2_b.up.sql", "10_j.up.sql", "1_a.up.sql", "1_a.down.sql", "10_j.down.sql")
    assert history.tool == "golang-migrate"
    assert history.graph.order == ("1", "2", "10")
    assert files_of(history) == [("1_a.up.sql", "1_a.down.sql"), ("2_b.up.sql", None), ("10_j.up.sql", "10_j.down.sql")]
    assert history.scripts["1"].up.transactions == "implicit"


def test_a_file_that_the_tool_would_not_run_is_a_problem() -> None:
    history = read("1_a.up.sql", "2_b.sql", "3_c.down.sql")
    assert [problem.kind for problem in history.problems] == ["missing", "unreadable"]


def test_dbmate_splits_a_file_at_its_marks_and_keeps_the_lines() -> None:
    text = "-- a table\n-- migrate:up\ncreate table t ();\n\n-- migrate:down\ndrop table t;\n"
    loose = "-- migrate:up transaction:false\ncreate index concurrently i on t (a);\n-- migrate:down\ndrop index i;\n"
    history = discover("db", MemoryFiles({"db/20240101_a.sql": text, "db/20240102_b.sql": loose}))
    assert history.tool == "dbmate"
    assert history.graph.order == ("20240101", "20240102")
    script = history.scripts["20240101"]
    assert (script.up.text.strip(), script.up.first_line) == ("create table t ();", 2)
    assert script.down is not None
    assert (script.down.text.strip(), script.down.first_line) == ("drop table t;", 5)
    assert script.up.transactions == "one"
    assert history.scripts["20240102"].up.transactions == "none"


def test_goose_marks_are_read() -> None:
    text = "-- +goose NO TRANSACTION\n-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;\n"
    history = discover("db", MemoryFiles({"db/001_a.sql": text}))
    assert history.tool == "goose"
    script = history.scripts["001"]
    assert script.up.transactions == "none"
    assert script.down is not None
    assert script.down.text.strip() == "select 2;"


def test_a_folder_a_migration() -> None:
    history = read("2024_a/up.sql", "2024_a/down.sql", "2025_b/up.sql")
    assert history.tool == "folders"
    assert history.graph.order == ("2024_a", "2025_b")
    assert files_of(history)[0] == ("2024_a/up.sql", "2024_a/down.sql")


def test_plain_files_are_ordered_by_their_numbers() -> None:
    history = read("10_x.sql", "9_y.sql", "009_z.down.sql", "9_y.down.sql", "README.md")
    assert history.tool == "plain"
    assert history.graph.order == ("9_y", "10_x")
    assert files_of(history)[0] == ("9_y.sql", "9_y.down.sql")
    assert history.scripts["9_y"].up.transactions == "none"
    assert [problem.kind for problem in history.problems] == ["missing"]


def test_a_single_file_is_a_history_of_its_own() -> None:
    history = read("1_a.sql", "2_b.sql", "2_b.down.sql", path="db/2_b.sql")
    assert history.graph.order == ("2_b",)
    assert files_of(history) == [("2_b.sql", "2_b.down.sql")]


def test_a_folder_without_sql_is_an_error() -> None:
    with pytest.raises(HistoryError) as caught:
        read("README.md")
    assert caught.value.what == "neither Alembic revisions nor SQL migrations are here"


def tree(**texts: str) -> History:
    return discover("db", MemoryFiles({f"db/{name}": text for name, text in texts.items()}))


def test_sql_migrate_and_node_pg_migrate_and_tern_mark_both_directions_in_one_file() -> None:
    cases = {
        "sql-migrate": ("-- +migrate Up notransaction\n", "-- +migrate Down\n", "none"),
        "node-pg-migrate": ("-- Up Migration: a column\n", "-- Down Migration\n", "one"),
        "tern": ("", "---- create above / drop below ----\n", "one"),
    }
    for tool, (up, down, transactions) in cases.items():
        history = tree(**{"1_a.sql": f"{up}select 1;\n{down}select 2;\n"})
        script = history.scripts["1"]
        assert history.tool == tool
        assert script.up.text.strip() == "select 1;"
        assert script.up.transactions == transactions
        assert script.down is not None
        assert script.down.text.strip() == "select 2;"


def test_a_way_back_is_found_behind_a_hyphen() -> None:
    history = read("2020-a-up.sql", "2020-a-down.sql", "2021-b-up.sql")
    assert files_of(history) == [("2020-a-up.sql", "2020-a-down.sql"), ("2021-b-up.sql", None)]


def test_postgrator_pairs_do_and_undo() -> None:
    history = read("001.do.users.sql", "001.undo.users.sql", "002.do.sql")
    assert history.graph.order == ("001", "002")
    assert files_of(history) == [("001.do.users.sql", "001.undo.users.sql"), ("002.do.sql", None)]


def test_drizzle_runs_what_the_journal_names_in_its_order() -> None:
    journal = '{"dialect": "postgresql", "entries": [{"idx": 0, "tag": "0001_b"}, {"idx": 1, "tag": "0000_a"}]}'
    history = tree(**{"meta/_journal.json": journal, "0000_a.sql": "", "0001_b.sql": "", "seed.sql": ""})
    assert history.tool == "drizzle"
    assert history.graph.order == ("0001_b", "0000_a")
    assert history.scripts["0000_a"].up.transactions == "one"
    assert [problem.message for problem in history.problems] == [
        "seed.sql isn't in the journal: the tool would not run it"
    ]


def test_a_journal_that_cannot_be_read_or_names_a_missing_file_is_a_problem() -> None:
    assert [p.kind for p in tree(**{"meta/_journal.json": "{", "0000_a.sql": ""}).problems] == ["unreadable"]
    journal = '{"entries": [{"tag": "0000_a"}, {"tag": "0001_b"}]}'
    assert [p.kind for p in tree(**{"meta/_journal.json": journal, "0000_a.sql": ""}).problems] == ["missing"]


PLAN = """%syntax-version=1.0.0
%project=shop

users 2024-01-01T00:00:00Z A <a@example.org> # the users
app/orders [users] 2024-01-02T00:00:00Z A <a@example.org> # their orders
@v1 2024-01-03T00:00:00Z A <a@example.org> # tagged
users [users@v1] 2024-01-04T00:00:00Z A <a@example.org> # again
"""


def test_sqitch_follows_its_plan_and_verifies_nothing() -> None:
    files = MemoryFiles(
        {
            "db/sqitch.plan": PLAN,
            "db/deploy/users.sql": "",
            "db/deploy/users@v1.sql": "",
            "db/revert/users@v1.sql": "",
            "db/deploy/app/orders.sql": "",
            "db/revert/app/orders.sql": "",
            "db/verify/users.sql": "",
        }
    )
    for path in ("db", "db/deploy"):
        history = discover(path, files)
        assert history.tool == "sqitch"
        assert history.graph.order == ("users@v1", "app/orders", "users")
        assert files_of(history) == [
            ("deploy/users@v1.sql", "revert/users@v1.sql"),
            ("deploy/app/orders.sql", "revert/app/orders.sql"),
            ("deploy/users.sql", None),
        ]
    assert [p.message for p in tree(**{"a.plan": PLAN, "deploy/users.sql": ""}).problems] == [
        "the plan's change app/orders has no script in deploy",
        "version users is present twice: db/deploy/users.sql and db/deploy/users.sql",
    ]


def test_yoyo_runs_a_file_behind_those_it_depends_on() -> None:
    history = tree(
        **{
            "a.sql": "-- first words\n-- depends: c\n-- transactional: false\nselect 1;",
            "b.sql": "select 2;\n-- depends: a",
            "c.sql": "select 3;",
            "c.rollback.sql": "select 4;",
        }
    )
    assert history.graph.order == ("b", "c", "a")
    assert files_of(history)[1] == ("c.sql", "c.rollback.sql")
    assert [history.scripts[name].up.transactions for name in "abc"] == ["none", "none", "one"]
