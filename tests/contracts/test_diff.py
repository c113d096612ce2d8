"""`schemaguard contracts diff`: two contracts, each difference graded."""

import json
from pathlib import Path

import pytest
from inline_snapshot import snapshot
from typer.testing import CliRunner

from schemaguard.cli.main import app
from tests.contracts.projects import Project, contract, entry

ROOT = Path(__file__).parents[2]
AMOUNT = {"name": "amount", "logicalType": "number", "physicalType": "numeric(12,2)", "required": True}


def test_the_reference_project_says_why_there_is_no_plain_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("SCHEMAGUARD_DATABASE_URL", raising=False)
    assert CliRunner().invoke(app, ["contracts", "diff", "fraud@7", "fraud@8"]).output == snapshot("""\
fraud@7 → fraud@8
  neither   transactions.entry_mode (read)  is named, too: text
  both      transactions.channel (read)  isn't named
  reader    fails with 42703: column transactions.channel is gone  column-dropped
  writer    fails with 42703: column transactions.channel is gone  column-dropped
  neither   predictions.reason (written)  is named, too: text
  term      generalAvailability  2026-09-01 → 2026-11-01 · check ignores it
  term      query  fraud-7.sql → fraud-8.sql · the feature query has changed
NOT KEPT  1 both · 2 neither · what satisfies fraud@8 may not satisfy fraud@7: transactions.channel
""")


def test_files_are_compared_without_a_folder_of_contracts(empty: Project) -> None:
    empty.write("a.yaml", contract("fraud", ["7"], entry("t", [AMOUNT])))
    empty.write("b.yaml", contract("fraud", ["8"], entry("t", [AMOUNT | {"required": False}])))
    said = empty.json("diff", "a.yaml", "b.yaml")
    assert said["kept"] is False
    (difference,) = said["differences"]
    assert (difference["what"], difference["grade"]) == ("NULL: required → may be NULL", "loosens")
    assert difference["reader"][0]["cause"] == "null-possible"
    assert empty.json("diff", "b.yaml", "a.yaml")["kept"] is True


def test_terms_are_told_with_what_they_mean(empty: Project) -> None:
    empty.write("a.yaml", contract("fraud", ["7"], entry("t", ["c"]), team={"name": "a"}))
    empty.write("b.yaml", contract("fraud", ["7"], entry("t", ["c"]), through="view", until="2026-12-31"))
    told = empty.told("diff", "a.yaml", "b.yaml")
    assert "readsThrough  table → view · renames are followed" in told
    assert "endOfSupport  none → 2026-12-31 · its window ends earlier" in told
    assert "owner  a → nobody" in told
    assert "KEPT  no difference in tables and columns" in told


def test_a_model_of_several_contracts_wants_a_version(project: Project) -> None:
    project.contract("fraud", ["7"], entry("transactions", ["id"]))
    project.contract("fraud", ["8", "9", "10"], entry("transactions", ["channel"]))
    code, said = project.run("diff", "fraud", "fraud@8")
    assert code == 2
    assert said == "fraud has several contracts\nat: versions 7–10\nnext: name one: fraud@VERSION"
    assert json.loads(project.told("diff", "fraud@8", "fraud@9", "--format", "json"))["differences"] == []


@pytest.mark.parametrize("text", ["nobody@1", "missing.yaml", "@", "fraud@"])
def test_what_is_not_there_is_one_clear_error(project: Project, text: str) -> None:
    code, said = project.run("diff", text, "fraud@7")
    assert code == 2
    assert "next: " in said


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_the_terminal(project: Project, width: int) -> None:
    hostile = {"name": "\x1b[2J[bold]" + "x" * 30, "logicalType": "string", "enum": [{"value": "\x07"}] * 1}
    project.contract("fraud", ["7"], entry("transactions", [AMOUNT, hostile]), entry("predictions", ["score"], "write"))
    project.contract("fraud", ["8"], entry("transactions", [AMOUNT | {"physicalType": "bigint"}]))
    lines = project.lines(width, "diff", "fraud@7", "fraud@8")
    assert max(map(len, lines)) <= width
    assert not any("\x07" in line or "\x1b" in line for line in lines)


def test_a_file_that_is_not_there_is_an_error_that_says_so(project: Project) -> None:
    project.contract("fraud", ["7"], entry("transactions", ["id"]))
    code, said = project.run("diff", "fraud@7", "nowhere.odcs.yaml")
    assert code == 2
    assert said.startswith("there is no such file\nat: nowhere.odcs.yaml\n")
