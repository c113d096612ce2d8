"""`schemaguard contracts matrix`: contracts against the revisions of a history."""

from pathlib import Path

import pytest
from inline_snapshot import snapshot
from typer.testing import CliRunner

from schemaguard.catalog.objects import Catalog
from schemaguard.cli.main import app
from schemaguard.contracts.compatibility.fitness import PartFitness, part_fitness
from schemaguard.contracts.contract import Contract, ContractTable
from tests.contracts.projects import Project, entry

ROOT = Path(__file__).parents[2]
NOTE = {"name": "note", "physicalType": "text"}


def _history(project: Project) -> None:
    """A column comes with 002, is dropped with 004, and its table can't be known from 006 on."""
    project.write("sql/002.sql", "ALTER TABLE ml.runs ADD COLUMN note text;")
    project.write("sql/003.sql", "CREATE TABLE other (id int);")
    project.write("sql/004.sql", "ALTER TABLE ml.runs DROP COLUMN note;")
    project.write("sql/005.sql", "ALTER TABLE ml.runs ADD COLUMN note text;")
    project.write("sql/006.sql", "DO $$ BEGIN EXECUTE 'alter table ' || x; END $$;")
    project.contract("fraud", ["7", "8"], entry("ml.runs", [NOTE]))


def test_the_reference_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("SCHEMAGUARD_DATABASE_URL", raising=False)
    assert CliRunner().invoke(app, ["contracts", "matrix"]).output == snapshot("""\
contract  0001    0002–0003  0004–0005  0006
fraud@7   breaks  breaks     fits       fits
fraud@8   breaks  breaks     breaks     fits
limits@2  fits    fits       fits       fits
limits@3  breaks  fits       fits       fits
  fraud@8 at 0004–0005  no transactions.entry_mode
  fraud@7 at 0002–0003  no merchants.risk
  fraud@8 at 0002–0003  no transactions.entry_mode; no merchants.risk
  fraud@7 at 0001  no merchants.risk; no predictions.model_version
  fraud@8 at 0001  no transactions.entry_mode; no merchants.risk; no predictions.model_version; no predictions.reason
  limits@3 at 0001  no predictions.reason
4 contracts × 6 revisions of migrations · folder contracts · windows from the dates in the contracts
""")


def test_each_revision_has_its_verdict(project: Project) -> None:
    _history(project)
    (row,) = project.json("matrix")["rows"]
    assert row["model_versions"] == ["7", "8"]
    assert row["verdicts"] == ["breaks", "fits", "fits", "breaks", "fits", "unproven"]
    assert [(each["from"], each["to"]) for each in row["segments"]] == [
        ("001", "001"), ("002", "003"), ("004", "004"), ("005", "005"), ("006", "006"),
    ]  # fmt: skip


def test_a_span_of_revisions_and_one_model(project: Project) -> None:
    _history(project)
    project.contract("churn", ["1"], entry("transactions", ["id"]))
    said = project.json("matrix", "fraud@8", "--revisions", "003:004")
    assert said["revisions"] == ["003", "004"]
    assert [row["verdicts"] for row in said["rows"]] == [["fits", "breaks"]]


def test_through_a_view_it_is_judged_at_each_revision(project: Project) -> None:
    project.write("sql/002.sql", "DROP VIEW big; DROP VIEW web;")
    project.contract("fraud", ["7"], entry("web", ["id"]))
    assert project.json("matrix")["rows"][0]["verdicts"] == ["fits", "breaks"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nobody",), "no contract of 'nobody' is known"),
        (("--revisions", "nowhere"), "nowhere"),
        (("--migrations", "missing"), "missing"),
    ],
)
def test_what_is_not_there_is_one_clear_error(project: Project, arguments: tuple[str, ...], message: str) -> None:
    project.contract("fraud", ["7"], entry("transactions", ["id"]))
    code, said = project.run("matrix", *arguments)
    assert code == 2
    assert message in said


def test_without_migrations_there_is_no_verdict(empty: Project) -> None:
    assert empty.run("matrix")[0] == 2


def test_without_contracts_it_is_empty(project: Project) -> None:
    assert project.told("matrix").startswith("0 contracts × 1 revision of sql")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_long_history_that_keeps_changing_fits_the_terminal(project: Project, width: int) -> None:
    for number in range(2, 62):
        verb = "ADD COLUMN" if number % 2 == 0 else "DROP COLUMN"
        project.write(f"sql/{number:03}.sql", f"ALTER TABLE ml.runs {verb} note{' text' if number % 2 == 0 else ''};")
    project.contract("fraud", ["7"], entry("ml.runs", [NOTE]))
    lines = project.lines(width, "matrix")
    assert max(map(len, lines)) <= width
    assert "061" in lines[0]
    assert any(line.startswith("not shown: what comes before, up to ") for line in lines)
    assert len(project.told("matrix").splitlines()[0].split()) == 62


def test_a_table_is_judged_again_only_where_a_revision_touches_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []

    def counted(contract: Contract, part: ContractTable, catalog: Catalog) -> PartFitness:
        judged.append(str(part.table))
        return part_fitness(contract, part, catalog)

    monkeypatch.setattr("schemaguard.registry.matrix.part_fitness", counted)
    for number in range(2, 202):
        project.write(f"sql/{number:03}.sql", f"CREATE TABLE t{number} (id int);")
    for number in range(100):
        project.contract(f"m{number}", ["1"], entry("transactions", ["id", "channel"]))
    said = project.json("matrix")
    assert (len(said["rows"]), len(said["revisions"])) == (100, 201)
    # All of them promise the same of it.
    assert judged == ["transactions"]
