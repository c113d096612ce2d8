"""`schemaguard contracts readers`: may it be dropped, who needs it until when, and what isn't known."""

from datetime import UTC, datetime, timedelta

import pytest
from inline_snapshot import snapshot

from tests.contracts.projects import Project, entry

HOSTILE = "\x1b[31m[bold]ev\u202eil\x07"


def first(project: Project, *arguments: str) -> str:
    return project.told("readers", *arguments).splitlines()[0]


def test_a_reader_without_end_is_a_no_that_names_it(project: Project) -> None:
    project.contract("fraud", ["7"], entry("transactions", ["id", "channel"]))
    assert first(project, "transactions.channel") == (
        "NO  transactions.channel: fraud@7 (declared) reads it, with no end stated"
    )


def test_readers_with_an_end_are_a_date(project: Project) -> None:
    project.contract("fraud", ["7"], entry("transactions", ["channel"]), until="2098-12-31")
    project.contract("churn", ["1"], entry("transactions", ["channel"]), until="2099-12-31")
    assert first(project, "transactions.channel") == (
        "FROM 2100-01-01 ON  transactions.channel: churn@1 (declared) reads it, until 2099-12-31; and 1 other"
    )
    said = project.json("readers", "transactions.channel")
    assert (said["answer"], said["until"]) == ("later", "2100-01-01T00:00:00+00:00")


def test_a_column_that_nobody_names_is_a_yes_for_it_is_in_the_migrations(project: Project) -> None:
    project.contract("fraud", ["7"], entry("transactions", ["id", "channel"]))
    assert first(project, "transactions.note") == "YES  transactions.note: no contract in its window names it"
    assert first(project, "ml.runs") == "YES  ml.runs: no contract in its window names it"


def test_a_window_that_is_over_is_a_yes_and_told(project: Project) -> None:
    project.contract("fraud", ["6"], entry("transactions", ["channel"]), until="2020-12-31")
    told = project.told("readers", "transactions.channel")
    assert told.startswith("YES  ")
    assert "over      fraud@6 reads it; its window was over on 2020-12-31" in told


def test_on_the_last_day_it_still_holds(project: Project) -> None:
    today = datetime.now(UTC).date()
    project.contract("fraud", ["7"], entry("transactions", ["channel"]), until=today.isoformat())
    assert first(project, "transactions.channel").startswith(f"FROM {today + timedelta(days=1)} ON")
    assert project.json("readers", "transactions.channel")["uses"][0]["days_left"] == 0


def test_the_column_of_a_view_is_followed_to_its_table(project: Project) -> None:
    project.contract("fraud", ["7"], entry("big", ["id"]))
    told = project.told("readers", "transactions.channel")
    assert told == snapshot(
        """\
NO  transactions.channel: fraud@7 (declared) reads it, with no end stated
  reads     fraud@7 (declared), with no end stated · through the view big · contracts/fraud-7.odcs.yaml:15
  view      big shows it: a DROP is refused, or takes the view with it
            web shows it: a DROP is refused, or takes the view with it
  unknown   who reads without a contract: schemaguard contracts observe finds out
  from      folder contracts · windows from the dates in the contracts, as of DATE
""".replace("DATE", f"{datetime.now(UTC):%Y-%m-%d}")
    )
    assert first(project, "transactions.note").startswith("YES")
    assert first(project, "web").startswith("NO  web: fraud@7")


def test_a_view_that_only_counts_rows_reads_no_column(project: Project) -> None:
    project.write("sql/002.sql", "CREATE VIEW counted AS SELECT count(*) AS many FROM transactions;")
    project.contract("fraud", ["7"], entry("counted", ["many"]))
    assert first(project, "transactions.note").startswith("YES")
    assert first(project, "transactions").startswith("NO")


def test_a_view_that_cannot_be_followed_leaves_a_column_unproven(project: Project) -> None:
    project.write("sql/002.sql", "CREATE VIEW packed AS SELECT x.* FROM transactions t, elsewhere.pack(t) x;")
    project.contract("fraud", ["7"], entry("packed", ["row"]))
    assert first(project, "transactions.note") == (
        "UNPROVEN  transactions.note: fraud@7 (declared) may use it, with no end stated"
    )
    assert project.json("readers", "transactions.note")["views"] == [{"name": "packed", "certain": False}]


def test_a_query_that_names_more_than_its_contract_is_a_reader(project: Project) -> None:
    project.write("contracts/f.sql", "select id, (select max(t.note) from transactions t) from transactions")
    project.contract("fraud", ["7"], entry("transactions", ["id"]), query="f.sql")
    told = project.told("readers", "transactions.note")
    assert told.startswith("NO  transactions.note: fraud@7")
    assert "its query names it, its contract doesn't · contracts/f.sql" in told


def test_one_that_reads_and_writes_is_said_to_do_both(project: Project) -> None:
    project.contract("fraud", ["7"], entry("predictions", ["score"]), entry("predictions", ["score"], "write"))
    assert first(project, "predictions.score").startswith(
        "NO  predictions.score: fraud@7 (declared) reads and writes it"
    )


def test_versions_that_share_a_contract_are_one_line(project: Project) -> None:
    project.contract("fraud", [str(number) for number in range(1, 31)], entry("transactions", ["channel"]))
    told = project.told("readers", "transactions.channel").splitlines()
    assert told[0] == "NO  transactions.channel: fraud@1–30 (declared) reads it, with no end stated"
    assert sum("fraud@" in line for line in told) == 2


def test_what_is_not_released_by_the_lock_file_is_about_to_read(project: Project) -> None:
    project.contract("fraud", ["7"], entry("transactions", ["channel"]))
    project.write("contracts/window.lock", '{"version": 1, "at": "2026-11-01T00:00:00+00:00", "releases": []}')
    told = project.told("readers", "transactions.channel")
    assert told.splitlines()[0] == (
        "YES  transactions.channel: no contract in its window names it; not released yet, but will use it: fraud@7"
    )
    assert "when fraud@7 will be released: it is in no window yet" in told
    assert "windows from contracts/window.lock" in told


def test_a_version_in_its_window_without_a_contract_is_said(project: Project) -> None:
    release = '{"model": "churn", "model_version": "3", "role": "active", "until": null, "contract": ""}'
    project.write("contracts/window.lock", f'{{"version": 1, "at": "2026-11-01", "releases": [{release}]}}')
    told = project.told("readers", "transactions.note")
    assert "what churn@3 uses: in a release window without a contract" in told


def test_statements_that_cannot_be_read_are_said(project: Project) -> None:
    project.write("sql/002.sql", "DO $$ BEGIN EXECUTE 'drop table ' || 'x'; END $$;")
    assert "1 statement of the migrations can't be read, and may have changed transactions" in project.told(
        "readers", "transactions.note"
    )


@pytest.mark.parametrize(
    ("text", "what", "at"),
    [
        ("transactoins", "no table or view transactoins is known", "known: transactions"),
        ("transactions.chanel", "transactions has no column chanel", "transactions has channel"),
        ("nowhere.at.all.here", "no table or view nowhere.at.all.here is known", "known: "),
        ("", "no table or view  is known", "known: "),
        (".", "no table or view . is known", "known: "),
        ('"', 'no table or view " is known', "known: "),
    ],
)
def test_what_nobody_knows_is_an_error_that_lists_the_nearest(project: Project, text: str, what: str, at: str) -> None:
    code, said = project.run("readers", text)
    assert code == 2
    assert said.startswith(what)
    assert at in said
    assert "next: TABLE or TABLE.COLUMN" in said


def test_several_tables_of_one_name_want_a_schema(project: Project) -> None:
    project.write(
        "sql/002.sql", "CREATE SCHEMA a; CREATE TABLE a.x (id int); CREATE SCHEMA b; CREATE TABLE b.x (id int);"
    )
    assert project.run("readers", "x")[1].startswith("several tables are called x\nat: a.x, b.x")
    assert first(project, "a.x.id").startswith("YES  a.x.id")
    assert first(project, "runs").startswith("YES  ml.runs")


@pytest.mark.parametrize("name", ["a.b", "Weird Name", 'quo"te', "naïve", "select", "[/red]", "x" * 63])
def test_hostile_names_are_found_in_quotes(project: Project, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    project.write("sql/002.sql", f"CREATE TABLE {quoted} ({quoted} int);")
    project.contract("fraud", ["7"], entry(quoted, [quoted]))
    assert first(project, f"{quoted}.{quoted}").startswith(f"NO  {name}.{name}: fraud@7")


def test_hostile_names_reach_no_terminal_as_they_are(project: Project) -> None:
    project.contract(HOSTILE, ["7"], entry("transactions", ["channel"]), team={"name": HOSTILE})
    for told in (project.told("readers", "transactions.channel"), project.told("list"), project.told("show", HOSTILE)):
        assert "\x1b" not in told
        assert "\u202e" not in told
        assert "[bold]" in told


def test_an_empty_folder_is_an_error_with_the_way_on(empty: Project) -> None:
    code, said = empty.run("readers", "transactions")
    assert code == 2
    assert "known: none" in said


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_the_terminal(project: Project, width: int) -> None:
    project.contract("fraud", [str(n) for n in range(1, 40, 2)], entry("big", ["id"]), until="2099-12-31")
    lines = project.lines(width, "readers", "transactions.channel")
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("FROM 2100-01-01 ON")


def test_retrains_with_files_of_their_own_are_one_line(project: Project) -> None:
    for number in range(1, 6):
        project.contract("fraud", [str(number)], entry("transactions", ["channel"]))
    lines = project.told("readers", "transactions.channel").splitlines()
    assert lines[0].endswith("fraud@1 (declared) reads it, with no end stated; and 4 others")
    assert lines[1].startswith("  reads     fraud@1–5 (declared), with no end stated · through the table")
    assert lines[1].endswith("contracts/fraud-1.odcs.yaml:22 and 4 others")
    assert len(project.json("readers", "transactions.channel")["uses"]) == 5


def test_a_terminal_gets_no_more_lines_than_one_can_overlook_and_a_pipe_all(project: Project) -> None:
    for number in range(30):
        project.contract(f"m{number}", ["1"], entry("transactions", ["channel"]))
    lines = project.lines(120, "readers", "transactions.channel")
    assert sum(" (declared), with no end" in line for line in lines) == 20
    assert any("… and 10 more: --format json shows them all" in line for line in lines)
    assert project.told("readers", "transactions.channel").count(" (declared), with no end") == 30


@pytest.mark.parametrize(("column", "code"), [("channel", 1), ("note", 0)])
def test_a_script_asks_with_the_exit_code(project: Project, column: str, code: int) -> None:
    project.contract("fraud", ["7"], entry("transactions", ["id", "channel"]), until="2099-12-31")
    asked = ("readers", f"transactions.{column}")
    assert project.run(*asked)[0] == 0
    assert project.run(*asked, "--may-drop")[0] == code
    assert project.run(*asked, "--may-drop", "--format", "json")[0] == code


def test_what_is_not_known_is_no_yes_to_a_script(project: Project) -> None:
    project.write("sql/002.sql", "CREATE VIEW packed AS SELECT x.* FROM transactions t, elsewhere.pack(t) x;")
    project.contract("fraud", ["7"], entry("packed", ["row"]))
    assert project.run("readers", "transactions.note", "--may-drop")[0] == 2
