"""`schemaguard playbook` as a shell calls it: what is refused, and how."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemaguard.cli.main import app
from schemaguard.errors import SchemaguardError

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "playbooks" / "fraud.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "playbooks").mkdir()
    shutil.copy(EXAMPLE, tmp_path / "playbooks" / "fraud.yaml")
    return tmp_path


def said(*words: str) -> tuple[int, str]:
    """(exit code, output); an error is its text."""
    done = CliRunner().invoke(app, ["playbook", *words])
    if isinstance(done.exception, SchemaguardError):
        return done.exception.exit_code, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_a_right_one_leaves_with_0_and_a_broken_one_with_1(folder: Path) -> None:
    assert said("check")[0] == 0
    file = folder / "playbooks" / "fraud.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("alpha: 0.01", "alpha: 2"), encoding="utf-8")
    code, told = said("check", "--format", "json")
    assert code == 1
    (one,) = json.loads(told)["playbooks"]
    assert one["model"] is None
    assert one["problems"][0]["path"] == "evaluation.alpha"


def test_two_playbooks_of_one_model_are_an_error(folder: Path) -> None:
    shutil.copy(EXAMPLE, folder / "playbooks" / "again.yaml")
    code, told = said("check")
    assert code == 1
    assert "playbooks/fraud.yaml:1: model: fraud has a playbook already: playbooks/again.yaml" in told


def test_another_folder_is_named_in_the_settings(folder: Path) -> None:
    (folder / "playbooks").rename(folder / "when-it-burns")
    code, told = said("check")
    assert (code, "there is no playbook" in told) == (2, True)
    (folder / "schemaguard.toml").write_text('playbooks = "when-it-burns"\n')
    assert said("check")[0] == 0
    assert said("show", "fraud")[0] == 0


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("show", "churn"), "churn has no playbook"),
        (("show", "gone.yaml"), "cannot read the file"),
        (("check", "gone.yaml"), "cannot read the file"),
        (("forecast", "fraud", "--requests", "many"), "'many' can't be a rate of requests"),
        (("forecast", "fraud", "--requests", "0/s"), "'0/s' can't be a rate of requests"),
        (("forecast", "fraud", "--requests", "1/y"), "'1/y' can't be a rate of requests"),
        (("forecast", "fraud", "--fault", "200%"), "'200%' can't be a share of failures"),
        (("replay", "fraud", "gone.csv"), "cannot read the file"),
        (("replay", "fraud", "playbooks/fraud.yaml"), "the columns aren't known"),
        (("replay", "fraud", "two.csv"), "two.csv speaks of 8, 7"),
        (("replay", "fraud", "two.csv", "--canary", "9"), "two.csv has no row of version 9"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_error(folder: Path, words: tuple[str, ...], what: str) -> None:
    (folder / "two.csv").write_text(
        "at,version,trigger,failed,total\n2026-11-29T12:00:00Z,8,latency,0,1\n2026-11-29T12:00:00Z,7,latency,0,1\n"
    )
    code, told = said(*words)
    assert code == 2
    assert what in told
    assert "Traceback" not in told


def test_a_step_that_is_too_short_fails_where_it_is_asked_to(folder: Path) -> None:
    file = folder / "playbooks" / "fraud.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(", min_requests: 300}", "}"), encoding="utf-8")
    assert said("forecast", "fraud", "--requests", "5/s")[0] == 0
    code, told = said("forecast", "fraud", "--requests", "5/s", "--strict")
    assert code == 1
    assert "but the step holds 10m" in told or "not within 10m" in told
    assert "make step 1 hold" in told or "start with" in told


def test_the_schema_is_printed_as_json() -> None:
    code, told = said("schema")
    assert (code, json.loads(told)["title"]) == (0, "schemaguard playbook")
