# ruff: noqa: E501 - a snapshot holds lines as long as they are printed
"""`schemaguard contracts list` and `show` without a database: rows, windows, fits; and many contracts at once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from inline_snapshot import snapshot

from schemaguard.cli.contracts.known import complete_model
from tests.contracts.projects import Project, entry

CHANNEL = {"name": "channel", "physicalType": "text", "required": True}


def test_a_row_says_for_whom_until_when_and_whether_it_fits(project: Project) -> None:
    project.contract("fraud", ["7", "8", "9"], entry("transactions", [CHANNEL]), team={"name": "risk-ml"})
    project.contract("churn", ["1"], entry("transactions", ["gone", "lost"]), until="2020-12-31", status="deprecated")
    project.contract("old", ["1"], entry("ml.runs", ["id"]), status="retired")
    project.contract("dashboard", [], entry("predictions", ["score"]), through="copy")
    assert project.told("list") == snapshot("""\
contract   role      window                 days  fit                                                  owner    reads         writes  status      through  file
churn@1    declared  over since 2020-12-31  0     breaks: column-dropped transactions.gone and 1 more  –        transactions          deprecated  table    contracts/churn-1.odcs.yaml
dashboard  consumer  no end                 –     fits                                                 –        predictions           active      copy     contracts/dashboard-c.odcs.yaml
fraud@7–9  declared  no end                 –     fits                                                 risk-ml  transactions          active      table    contracts/fraud-7.odcs.yaml
old@1      retired   –                      –     fits                                                 –        ml.runs               retired     table    contracts/old-1.odcs.yaml
4 contracts of 6 versions · folder contracts · windows from the dates in the contracts
""")


def test_days_are_counted_to_the_last_one(project: Project) -> None:
    end = datetime.now(UTC).date() + timedelta(days=9)
    project.contract("fraud", ["7"], entry("transactions", [CHANNEL]), until=end.isoformat())
    (said,) = project.json("list")["contracts"]
    assert (said["days_left"], said["in_window"]) == (9, True)
    assert f"until {end}" in project.told("list")


def test_what_cannot_be_read_leaves_a_fit_unproven(project: Project) -> None:
    project.contract("fraud", ["7"], entry("transactions", [CHANNEL]))
    project.write("sql/002.sql", "DO $$ BEGIN EXECUTE 'alter table ' || x; END $$;")
    (said,) = project.json("list")["contracts"]
    assert said["fit"]["verdict"] == "unproven"
    assert said["fit"]["unproven"] == ["a statement that can't be read may have changed transactions"]
    assert "a statement that can't be read may have changed transactions" in project.told("show", "fraud")


def test_versions_keep_their_roles_in_one_row(project: Project) -> None:
    project.contract("fraud", [str(number) for number in range(1, 31)], entry("transactions", [CHANNEL]))
    roles = [("30", "active", "null"), *((str(n), "superseded", '"2099-01-01T00:00:00+00:00"') for n in range(27, 30))]
    releases = ", ".join(
        f'{{"model": "fraud", "model_version": "{version}", "role": "{role}", "until": {until}, "contract": ""}}'
        for version, role, until in roles
    )
    project.write("contracts/window.lock", f'{{"version": 1, "at": "2026-11-01", "releases": [{releases}]}}')
    (_, row, total) = project.told("list").splitlines()
    assert row.startswith("fraud@1–30  not released 1–26 · superseded 27–29 · active 30  no end")
    assert total.startswith("1 contract of 30 versions · folder contracts · windows from contracts/window.lock, ")
    assert [each["standing"] for each in project.json("list")["contracts"][-2:]] == ["superseded", "active"]


def test_only_what_names_a_table_or_column(project: Project) -> None:
    project.contract("fraud", ["7"], entry("transactions", [CHANNEL]))
    project.contract("churn", ["1"], entry("ml.runs", ["id"]))
    assert [each["model"] for each in project.json("list", "transactions.channel")["contracts"]] == ["fraud"]
    assert project.told("list", "transactions.note").startswith("0 contracts")


def test_an_empty_folder_says_what_is_missing(empty: Project) -> None:
    assert empty.told("list").splitlines() == [
        "0 contracts · folder contracts · windows from the dates in the contracts",
        "nothing was held against the migrations: no migrations are named",
    ]


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_it_fits_the_terminal(project: Project, width: int) -> None:
    project.contract("fraud", [str(n) for n in range(1, 40, 2)], entry("transactions", ["gone"]), until="2099-12-31")
    project.contract("\x1b[2Jev\u202eil" + "x" * 60, ["1"], entry("a_table_with_a_rather_long_name", [CHANNEL]))
    lines = project.lines(width, "list")
    assert max(map(len, lines)) <= width
    assert not any(letter in line for line in lines for letter in "\x1b\u202e")


VERBS = [("list",), ("graph",), ("matrix",)]


def test_three_hundred_contracts_are_told_by_every_verb(project: Project) -> None:
    amount = {"name": "amount", "physicalType": "numeric(12,2)", "required": True}
    more = [{"name": f"c{number}", "physicalType": "bigint"} for number in range(10)]
    project.write("contracts/q.sql", "select t.id, t.amount from transactions t where t.channel = 'web'")
    for number in range(300):
        reads = entry("transactions", ["id", CHANNEL, amount])
        project.contract(
            f"m{number}", ["1"], reads, entry("wide", more), entry("predictions", ["score"], "write"), query="q.sql"
        )
    told = {verb[0]: project.told(*verb) for verb in VERBS}
    assert [verb for verb, text in told.items() if not {"m0", "m299"} <= set(re.findall(r"\bm\d+\b", text))] == []
    assert "m0@1" in project.told("search", "channel", "numeric")
    assert project.told("readers", "transactions.channel").startswith("NO")
    assert project.told("readers", "transactions.note").startswith("YES")
    assert "m7@1" in project.told("show", "m7")
    assert "m1@1 → m2@1" in project.told("diff", "m1@1", "m2@1")


@pytest.mark.parametrize(
    ("incomplete", "completed"),
    [("", ["churn", "fraud"]), ("fr", ["fraud"]), ("fraud@", ["fraud@7", "fraud@8"]), ("x", []), ("\x1b", [])],
)
def test_a_shell_completes_models_and_versions(project: Project, incomplete: str, completed: list[str]) -> None:
    project.contract("fraud", ["7", "8"], entry("transactions", [CHANNEL]))
    project.contract("churn", ["1"], entry("transactions", [CHANNEL]))
    assert complete_model(incomplete) == completed


def test_a_shell_completes_nothing_where_a_contract_cannot_be_read(project: Project) -> None:
    project.write("contracts/broken.odcs.yaml", "kind: [")
    assert complete_model("") == []


def test_eighty_columns_have_room_for_the_days_and_the_fit_in_short(project: Project) -> None:
    project.contract("fraud", ["7"], entry("transactions", ["gone", "lost"]), until="2020-12-31")
    heading, _, row, *below = project.lines(80, "list")
    assert below[0] == "left out at 80 columns: reads, writes, status, through, file (a pipe and"
    assert heading.split() == ["contract", "role", "window", "days", "fit", "owner"]
    assert "breaks 2 promises" in row
