# ruff: noqa: E501 - a snapshot holds lines as long as they are printed
"""`schemaguard contracts breaking`: edits of contracts on a branch, told by real git repositories."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from inline_snapshot import snapshot
from typer.testing import CliRunner

from schemaguard.cli.main import app
from schemaguard.errors import SchemaguardError
from tests.contracts.projects import contract, entry
from tests.git.test_base import Repository

ID = {"name": "id", "logicalType": "integer", "physicalType": "bigint", "required": True}
CHANNEL = {"name": "channel", "logicalType": "string", "physicalType": "text", "required": True}
SCORE = {"name": "score", "logicalType": "number", "physicalType": "double precision", "required": True}
FILE = "contracts/fraud.odcs.yaml"
FRAUD = contract(
    "fraud",
    ["7", "8"],
    entry("transactions", [ID, CHANNEL]),
    entry("predictions", [ID, SCORE], "write", upsert=["id"]),
    until="2099-12-31",
)

Edit = Callable[[dict[str, Any]], None]


class Branch(Repository):
    """A repository whose main has one contract; edits are made in the working tree of a branch."""

    def save(self, document: dict[str, Any], path: str = FILE) -> None:
        self.write(path, yaml.safe_dump(document, sort_keys=False))

    def edit(self, edit: Edit) -> None:
        document = yaml.safe_load((self.folder / FILE).read_text())
        edit(document)
        self.save(document)

    def run(self, *arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["contracts", "breaking", *arguments])
        if isinstance(done.exception, SchemaguardError):
            return done.exception.exit_code, str(done.exception)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    def judged(self, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
        code, output = self.run("--base", "main", "--format", "json", *arguments)
        assert code in (0, 1), output
        return code, json.loads(output)["findings"]

    def rules(self, *arguments: str) -> list[tuple[str, str]]:
        code, findings = self.judged(*arguments)
        assert code == int(any(each["severity"] == "error" for each in findings))
        return [(each["rule"], each["severity"]) for each in findings]


def _project(folder: Path, document: dict[str, Any], **files: str) -> Branch:
    made = Branch(folder)
    made.git("init", "-q", "-b", "main")
    made.write("schemaguard.toml", "")
    made.save(document)
    for path, text in files.items():
        made.write(path.replace("__", "/").replace("_", "."), text)
    made.commit()
    made.git("checkout", "-qb", "feature")
    return made


@pytest.fixture
def branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Branch:
    for name in ("SCHEMAGUARD_DATABASE_URL", "GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)
    made = _project(tmp_path / "repository", FRAUD)
    monkeypatch.chdir(made.folder)
    return made


def _column(document: dict[str, Any], table: int, column: int) -> dict[str, Any]:
    found: dict[str, Any] = document["schema"][table]["properties"][column]
    return found


def _own(key: str, value: Any) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        (known,) = [each for each in document["customProperties"] if each["property"] == key]
        known["value"] = value

    return edit


def test_nothing_edited_is_clean(branch: Branch) -> None:
    code, output = branch.run("--base", "main")
    assert code == 0
    assert output.startswith("PASSED  0 errors, 0 warnings · 0 of 1 contract changed since main (")


def _through(document: dict[str, Any]) -> None:
    document["customProperties"].append({"property": "readsThrough", "value": "view", "vendor": "schemaguard"})


EDITS: dict[str, tuple[Edit, list[tuple[str, str]]]] = {
    "a column that a reader was promised": (
        lambda d: d["schema"][0]["properties"].pop(1), [("promise-withdrawn", "error")]),
    "a whole table": (lambda d: d["schema"].pop(0), [("promise-withdrawn", "error")]),
    "a reader's NOT NULL": (
        lambda d: _column(d, 0, 1).update(required=False), [("promise-withdrawn", "error")]),
    "a writer that sends NULLs asks for more": (
        lambda d: _column(d, 1, 1).update(required=False), [("contract-edited", "warning")]),
    "a writer's upsert key": (
        lambda d: d["schema"][1]["customProperties"].pop(1), [("promise-withdrawn", "error")]),
    "the type of a column": (
        lambda d: _column(d, 0, 0).update(physicalType="text"), [("promise-withdrawn", "error")]),
    "a date that comes earlier": (
        lambda d: d["slaProperties"][0].update(value="2098-12-31"), [("window-shortened", "error")]),
    "a date that comes later": (
        lambda d: d["slaProperties"][0].update(value="2100-12-31"), [("contract-edited", "warning")]),
    "a date that is taken away": (lambda d: d.pop("slaProperties"), [("contract-edited", "warning")]),
    "how it reads": (_through, [("reads-through-changed", "error")]),
    "retired before the end": (lambda d: d.update(status="retired"), [("retired-early", "error")]),
    "a version off the list": (_own("modelVersion", ["8"]), [("version-withdrawn", "error")]),
    "a version more on the list": (_own("modelVersion", ["7", "8", "9"]), []),
    "another model's": (_own("modelName", "churn"), [("contract-deleted", "error")]),
    "a column more": (
        lambda d: d["schema"][0]["properties"].append({"name": "note", "logicalType": "string"}),
        [("contract-edited", "warning")]),
    "words": (lambda d: d.update(description={"purpose": "scores"}), [("contract-edited", "warning")]),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_of_a_published_contract_is_judged(branch: Branch, name: str) -> None:
    edit, expected = EDITS[name]
    branch.edit(edit)
    assert branch.rules() == expected


def test_the_report_says_where_who_and_what_would_happen(branch: Branch) -> None:
    branch.edit(lambda document: document["schema"][0]["properties"].pop(1))
    code, output = branch.run("--base", "main")
    assert code == 1
    said = re.sub(r"\(\w{8}\) · [\d.]+ s", "(COMMIT) · TIME", re.sub(r"judged on \S+", "judged on DATE", output))
    assert said == snapshot("""\
contracts/fraud.odcs.yaml:19  error  promise-withdrawn
  found     transactions.channel isn't named any more, and fraud@7, 8 reads it
  reads it  fraud@7 (declared), until 2099-12-31 · through the table
            fraud@8 (declared), until 2099-12-31 · through the table
  effect    check no longer protects it: a migration may remove it while fraud@7, 8 is in its window; then its feature query fails with 42703 (column-dropped)
  instead   leave the published contract unchanged; write a contract file for the version that differs

BREAKING  1 error, 0 warnings · 1 of 1 contract changed since main (COMMIT) · TIME
          windows from the dates in the contracts, judged on DATE
""")


def test_for_github_it_is_annotated_on_its_line(branch: Branch) -> None:
    branch.edit(lambda document: _column(document, 0, 1).update(required=False))
    code, output = branch.run("--base", "main", "--format", "github")
    assert code == 1
    line = (branch.folder / FILE).read_text().splitlines().index("    name: channel")
    assert output.startswith(f"::error file={FILE},line={line},col=5,title=promise-withdrawn::transactions.channel")
    assert output.endswith("BREAKING 1 error, 0 warnings\n")


def test_a_file_that_is_moved_is_no_edit(branch: Branch) -> None:
    branch.git("mv", FILE, "contracts/moved.odcs.yaml")
    assert branch.rules() == []


def test_a_deleted_file_is_an_error_while_its_window_lasts(branch: Branch) -> None:
    branch.git("rm", "-q", FILE)
    code, (finding,) = branch.judged()
    assert (code, finding["rule"], finding["file"], finding["line"]) == (1, "contract-deleted", FILE, 1)
    assert finding["message"] == "fraud@7, 8 has lost its contract, but is in its window"
    assert {each["model_version"] for each in finding["readers"]} == {"7", "8"}


def test_a_version_may_move_to_a_file_of_its_own(branch: Branch) -> None:
    branch.edit(_own("modelVersion", ["8"]))
    document = yaml.safe_load((branch.folder / FILE).read_text())
    _own("modelVersion", ["7"])(document)
    branch.save(document, "contracts/seven.odcs.yaml")
    assert branch.rules() == []


@pytest.mark.parametrize("change", [{"status": "draft"}, {"status": "retired"}])
def test_what_was_no_published_contract_may_be_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Any
) -> None:
    made = _project(tmp_path / "r", {**FRAUD, **change})
    monkeypatch.chdir(made.folder)
    made.git("rm", "-q", FILE)
    assert made.rules() == []


def test_a_window_that_is_over_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    over = {**FRAUD, "slaProperties": [{"property": "endOfSupport", "value": "2020-12-31"}]}
    made = _project(tmp_path / "r", over)
    monkeypatch.chdir(made.folder)
    made.git("rm", "-q", FILE)
    assert made.rules() == []


def test_a_consumer_that_asks_for_less_is_warned_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _project(tmp_path / "r", contract("dashboard", [], entry("transactions", [ID, CHANNEL])))
    monkeypatch.chdir(made.folder)
    made.edit(lambda document: document["schema"][0]["properties"].pop(1))
    assert made.rules() == [("promise-withdrawn", "warning")]
    made.git("rm", "-qf", FILE)
    assert made.rules() == [("contract-deleted", "warning")]


def _lock(*releases: tuple[str, str, str | None, str]) -> str:
    entries = [
        {"model": "fraud", "model_version": version, "role": role, "until": until, "contract": digest}
        for version, role, until, digest in releases
    ]
    return json.dumps({"version": 1, "at": "2026-11-01T00:00:00+00:00", "releases": entries})


def test_the_lock_file_of_the_base_counts_not_the_branchs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _project(
        tmp_path / "r", {**FRAUD, "status": "draft"}, contracts__window_lock=_lock(("7", "active", None, ""))
    )
    monkeypatch.chdir(made.folder)
    made.write("contracts/window.lock", _lock())
    made.git("rm", "-q", FILE)
    code, (finding,) = made.judged()
    assert (code, finding["message"]) == (1, "fraud@7 has lost its contract, but is in its window")
    assert finding["readers"][0]["role"] == "active"


def test_what_the_lock_file_does_not_know_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _project(tmp_path / "r", FRAUD, contracts__window_lock=_lock())
    monkeypatch.chdir(made.folder)
    made.git("rm", "-q", FILE)
    assert made.rules() == [("contract-deleted", "warning")]
    assert made.rules("--window", "dates") == [("contract-deleted", "error")]


def test_a_contract_that_is_bound_may_not_be_reworded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from schemaguard.contracts import digests

    made = _project(tmp_path / "r", FRAUD, contracts__window_lock=_lock(("7", "active", None, digests.digest(FRAUD))))
    monkeypatch.chdir(made.folder)
    made.edit(lambda document: document.update(description={"purpose": "scores"}))
    code, (finding,) = made.judged()
    assert (code, finding["rule"]) == (1, "contract-edited")
    assert "+ description" in finding["message"]


def test_a_version_that_was_published_with_the_contract_of_another_is_lost_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from schemaguard.contracts import digests

    digest = digests.digest(FRAUD)
    lock = _lock(("7", "superseded", "2099-01-01T00:00:00+00:00", digest), ("12", "active", None, digest))
    made = _project(tmp_path / "r", FRAUD, contracts__window_lock=lock)
    monkeypatch.chdir(made.folder)
    assert made.judged() == (0, [])
    made.git("rm", "-q", FILE)
    code, (finding,) = made.judged()
    assert code == 1
    assert {reader["model_version"] for reader in finding["readers"]} == {"7", "12"}


def test_a_feature_query_that_is_edited_alone_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = entry("transactions", [ID, CHANNEL])
    made = _project(tmp_path / "r", contract("fraud", ["7"], columns, query="f.sql"), contracts__f_sql="select 1")
    monkeypatch.chdir(made.folder)
    assert made.rules() == []
    made.write("contracts/f.sql", "select 2")
    code, (finding,) = made.judged()
    assert (code, finding["rule"], finding["severity"]) == (0, "query-edited", "warning")
    assert finding["file"] == "contracts/f.sql"


def test_hostile_names_are_read_from_git_and_reach_no_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "\x1b[31mev\u202eil"
    made = _project(tmp_path / "r", contract(name, ["7"], entry("transactions", [CHANNEL])))
    path = "contracts/a b\n\tü;$(x)'\".odcs.yaml"
    made.git("mv", FILE, path)
    made.git("commit", "-qm", "moved")
    made.git("checkout", "-qB", "main")
    made.git("checkout", "-q", "feature")
    monkeypatch.chdir(made.folder)
    assert made.rules() == []
    made.git("rm", "-q", path)
    code, output = made.run("--base", "main")
    assert code == 1
    assert "contract-deleted" in output
    assert not any(letter in output for letter in "\x1b\u202e")
    assert made.run("--base", "main", "--format", "github")[1].count("\n") == 2


def test_a_base_without_the_folder_and_a_folder_below_the_top(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    branch.write("below/schemaguard.toml", "")
    monkeypatch.chdir(branch.folder / "below")
    code, output = branch.run("--base", "main")
    assert code == 0
    assert "0 of 0 contracts changed" in output
    code, output = branch.run("--base", "main", "--contracts", "../contracts")
    assert "0 of 1 contract changed" in output
    (branch.folder / FILE).unlink()
    assert branch.run("--base", "main", "--contracts", "../contracts")[0] == 1


def test_a_folder_outside_of_the_repository_is_an_error(branch: Branch, tmp_path: Path) -> None:
    assert branch.run("--base", "main", "--contracts", str(tmp_path / "elsewhere"))[0] == 2


def test_the_ci_names_the_base(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = branch.run()
    assert (code, said.splitlines()[0]) == (2, "there is nothing to compare with")
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert branch.run()[0] == 0
    assert branch.run("--base", "nowhere")[0] == 2


def test_a_base_without_contracts_or_with_broken_ones_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _project(tmp_path / "r", {"kind": "nothing"})
    monkeypatch.chdir(made.folder)
    made.git("rm", "-q", FILE)
    code, output = made.run("--base", "main")
    assert code == 0
    assert f"remark: {FILE}:1:1 at the base wasn't compared" in output


def test_a_contract_that_cannot_be_read_is_no_verdict(branch: Branch) -> None:
    branch.write(FILE, "kind: [")
    code, said = branch.run("--base", "main")
    assert code == 2
    assert f"at: {FILE}:" in said


def test_three_hundred_contracts_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _project(tmp_path / "r", FRAUD)
    for number in range(300):
        columns = [ID, *({**CHANNEL, "name": f"c{column}"} for column in range(10))]
        made.save(contract(f"m{number}", ["1"], entry("transactions", columns)), f"contracts/m{number}.odcs.yaml")
    made.git("checkout", "-q", "main")
    made.commit()
    monkeypatch.chdir(made.folder)
    made.git("rm", "-rq", "contracts")
    code, output = made.run("--base", "main", "--format", "json")
    said = json.loads(output)
    assert (code, len(said["findings"]), said["summary"]["compared"]) == (1, 301, 301)
