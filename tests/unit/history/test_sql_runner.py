"""What scripts do, statement by statement, in the transactions of their tools."""

from dataclasses import replace

import pytest

from schemaguard.catalog.changes import NoEffect, Opaque
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.history.discovery import discover
from schemaguard.history.history import Section, Transactions
from schemaguard.history.replay import replay
from schemaguard.history.revision import Replay, Step
from schemaguard.history.selection import Selection
from schemaguard.history.sources import MemoryFiles
from schemaguard.history.sql_runner import SqlRunner, run_section
from schemaguard.history.stamp import stamped


def run(text: str, transactions: Transactions = "none") -> tuple[Step, ...]:
    return run_section(Section("db/1.sql", text, transactions=transactions), Catalog())


def turns(steps: tuple[Step, ...]) -> list[int | None]:
    return [None if step.autocommit else step.transaction for step in steps]


def has(catalog: Catalog, table: str) -> bool:
    return catalog.table(Name(table)) is not None


def replayed(texts: dict[str, str], judged: frozenset[str] | None = None, **options: bool) -> Replay:
    history = discover("db", MemoryFiles(texts))
    selection = Selection(judged) if judged is not None else None
    return replay(history, SqlRunner(history.scripts, **options), Catalog(), selection=selection)


def test_a_plain_file_commits_every_statement() -> None:
    steps = run("create table a ();\ncreate table b ();")
    assert turns(steps) == [None, None]
    assert [step.statement.place.line for step in steps] == [1, 2]
    assert [has(step.before, "b") for step in steps] == [False, False]
    assert has(steps[1].after, "b")


def test_begin_and_commit_make_one_transaction() -> None:
    steps = run("select 1;\nbegin;\ncreate table a ();\ncreate table b ();\ncommit;\nselect 2;")
    assert turns(steps) == [None, 1, 1, 1, 1, None]


def test_a_tool_that_opens_a_transaction_has_one() -> None:
    assert turns(run("create table a ();\ncreate table b ();", "one")) == [0, 0]


def test_commit_ends_the_transaction_of_the_tool() -> None:
    assert turns(run("create table a ();\ncommit;\ncreate table b ();", "one")) == [0, 0, None]


def test_a_message_of_several_statements_is_a_transaction_and_one_of_a_single_statement_is_none() -> None:
    assert turns(run("create table a ();\ncreate table b ();", "implicit")) == [0, 0]
    assert turns(run("create index concurrently i on a (b);", "implicit")) == [None]


@pytest.mark.parametrize(
    ("text", "mode"), [("begin; create table a (); rollback;", "none"), ("create table a (); rollback;", "one")]
)
def test_rollback_takes_back_what_the_transaction_did(text: str, mode: Transactions) -> None:
    steps = run(text, mode)
    assert not any(has(step.after, "a") for step in steps[-2:])
    assert steps[-2].changes == (NoEffect("CreateTable, rolled back"),)


def test_a_chained_transaction_goes_on() -> None:
    assert turns(run("begin; select 1; commit and chain; select 2; commit;")) == [0, 0, 0, 1, 1]


def test_preparing_ends_the_transaction_and_committing_the_prepared_one_does_not() -> None:
    assert turns(run("begin; prepare transaction 'x'; commit prepared 'x'; select 1;")) == [0, 0, None, None]


def test_what_is_set_locally_ends_with_the_transaction() -> None:
    steps = run("begin; set local search_path = x; create table a (); commit; create table b ();")
    assert Name("a", "x") in steps[-1].after.tables
    assert Name("b", "public") in steps[-1].after.tables


def test_what_a_script_sets_ends_with_the_script() -> None:
    done = replayed({"db/1.sql": "create schema x; set search_path = x;", "db/2.sql": "create table a ();"})
    assert Name("a", "public") in done.catalog.tables


def test_a_refused_statement_says_so_and_changes_nothing() -> None:
    steps = run("create table a (b int);\nalter table a add column c int, add column b int;\ncreate table d ();")
    remark = steps[1].changes[-1]
    assert isinstance(remark, Opaque)
    assert remark.reason.startswith("the server would refuse: ")
    assert remark.reason.endswith("(42701)")
    assert steps[1].after == steps[1].before
    assert has(steps[2].after, "d")


def test_a_view_is_completed_with_the_columns_that_it_shows() -> None:
    steps = run("create table a (b int, c text);\ncreate view v as select b from a;")
    view = steps[-1].after.views[Name("v", "public")]
    assert view.columns is not None
    assert [column.name for column in view.columns] == ["b"]


def test_the_catalog_of_each_revision_is_kept() -> None:
    done = replayed({"db/1.sql": "create table a ();", "db/2.sql": "create table b ();"})
    assert [sorted(map(str, catalog.tables)) for catalog in done.at.values()] == [["a"], ["a", "b"]]
    assert done.catalog is done.at["2"]
    assert done.judged == {"1", "2"}


def test_the_way_back_of_a_judged_revision_starts_where_its_way_up_arrived() -> None:
    texts = {
        "db/1_a.up.sql": "create table a ();",
        "db/1_a.down.sql": "drop table a;",
        "db/2_b.up.sql": "create table b ();",
        "db/2_b.down.sql": "drop table b;",
    }
    done = replayed(texts, frozenset({"1"}))
    (downgrade,) = done.downgrades
    assert (downgrade.revision.id, downgrade.direction) == ("1", "downgrade")
    assert downgrade.before is done.at["1"]
    assert not has(downgrade.after, "a")


def test_a_missing_way_back_is_empty() -> None:
    done = replayed({"db/1.sql": "create table a ();"})
    assert done.downgrades[0].is_empty
    assert done.downgrades[0].after is done.catalog


def test_a_transaction_can_be_assumed() -> None:
    texts = {"db/1.sql": "create table a ();\ncreate table b ();"}
    assert turns(replayed(texts).runs[0].steps) == [None, None]
    assert turns(replayed(texts, assume_in_transaction=True).runs[0].steps) == [0, 0]


def test_comments_of_the_file_are_kept_with_their_lines() -> None:
    done = replayed({"db/1.sql": "-- schemaguard: ignore-file x -- why\n\nselect 1;\n"})
    assert [(place.line, text) for place, text in done.runs[0].file_comments] == [
        (1, "schemaguard: ignore-file x -- why")
    ]


def test_lines_count_from_the_beginning_of_the_file_where_it_is_split_by_marks() -> None:
    done = replayed({"db/1_a.sql": "-- migrate:up\nselect 1;\n-- migrate:down\n\nselect 2;\n"})
    assert done.runs[0].steps[0].statement.place.line == 2
    assert done.downgrades[0].steps[0].statement.place.line == 5


def test_progress_is_told_before_every_revision() -> None:
    told: list[tuple[int, int, str]] = []
    history = discover("db", MemoryFiles({"db/1.sql": "select 1", "db/2.sql": "select 2"}))
    replay(history, SqlRunner(history.scripts), Catalog(), progress=lambda *at: told.append(at))
    assert told == [(0, 2, "1"), (1, 2, "2")]


def test_a_catalog_with_tables_is_where_a_script_may_start() -> None:
    start = run("create table a (b int);")[-1].after
    steps = run_section(Section("x.sql", "alter table a drop column b;"), replace(start))
    table = steps[-1].after.table(Name("a"))
    assert table is not None
    assert table.columns == ()


@pytest.mark.parametrize(
    ("dump", "revisions"),
    [
        ("create table t ();", ()),
        ("INSERT INTO alembic_version VALUES ('a1');", ("a1",)),
        ("INSERT INTO public.alembic_version (version_num) VALUES ('a1'), ('b2');", ("a1", "b2")),
        ("COPY public.alembic_version (version_num) FROM stdin;\na1\nb2\n\\.\n\nselect 1;\n", ("a1", "b2")),
    ],
)
def test_a_dump_says_at_which_revisions_it_was_taken(dump: str, revisions: tuple[str, ...]) -> None:
    assert stamped(run(dump), dump) == revisions
