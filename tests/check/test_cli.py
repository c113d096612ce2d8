"""`schemaguard check` and `schemaguard explain` as they are called: exit codes, formats, errors."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from schemaguard.cli.main import main
from tests.check.checking import before, project

LIMITS = 'lock_timeout = "5s"\nstatement_timeout = "60s"\n'
DROP = "ALTER TABLE transactions DROP COLUMN channel;\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    return project(tmp_path, {"migrations/001.sql": before(), "migrations/002.sql": DROP}, settings=LIMITS)


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["schemaguard", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    assert isinstance(left.value.code, int)
    return left.value.code


def test_a_rejected_migration_leaves_with_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "check") == 1

    shown = capsys.readouterr().out
    assert shown.startswith("migrations/002.sql:1  error  breaks-reader  (also: drop-column, ")
    assert "\nREJECTED  1 error, 0 warnings · 2 revisions, 4 statements, 0 opaque · rollback class: lossy" in shown
    assert "\x1b" not in shown


def test_a_passed_one_leaves_with_0(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "migrations/002.sql").write_text("ALTER TABLE transactions ADD COLUMN entry_mode text;")

    assert _run(monkeypatch, "check") == 0


def test_json_is_one_object_on_stdout(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "check", "--format", "json") == 1

    document = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    assert [finding["rule"] for finding in document["findings"] if finding["headline"]] == ["breaks-reader"]


@pytest.mark.parametrize("output", ["text", "json", "github", "gitlab", "markdown", "sarif", "junit"])
def test_every_format_says_what_is_broken(
    output: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "check", "--format", output) == 1
    assert "breaks-reader" in capsys.readouterr().out


def test_a_contract_that_does_not_parse_leaves_with_2_and_its_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "contracts/fraud/7.odcs.yaml").write_text("apiVersion: v3.2.0\nkind: [DataContract\n")

    assert _run(monkeypatch, "check") == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert "contracts/fraud/7.odcs.yaml:" in said.err
    assert "Traceback" not in said.err


def test_a_path_that_does_not_exist_leaves_with_2(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "check", "nowhere") == 2
    assert "there is no nowhere" in capsys.readouterr().err


def test_rules_can_be_listed_with_commas_or_repeated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "migrations/002.sql").write_text("ALTER TABLE notes DROP COLUMN body; DROP TABLE notes;")

    assert _run(monkeypatch, "check", "--ignore", "drop-table,drop-column") == 0
    assert _run(monkeypatch, "check", "--ignore", "drop-table", "--ignore", "drop-column") == 0
    assert _run(monkeypatch, "check", "--ignore", "drop-column") == 1


def test_a_rule_is_explained_with_what_it_is_called_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "explain", "ban-drop-column") == 0
    assert capsys.readouterr().out.startswith("drop-column  error  destructive\n")


def test_all_rules_are_listed_a_line_each(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from schemaguard.rules import RULES

    assert _run(monkeypatch, "explain") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [rule.id for rule in RULES]


def test_a_rule_that_does_not_exist_is_explained_by_its_neighbour(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "explain", "break-reader") == 2
    assert "did you mean breaks-reader?" in capsys.readouterr().err


def test_judging_sql_loads_neither_alembic_nor_a_driver_nor_a_registry(folder: Path) -> None:
    code = (
        "import sys; sys.argv = ['schemaguard', 'check', '--no-cache']\n"
        "from schemaguard.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as left: assert left.code == 1, left.code\n"
        "heavy = {'alembic', 'sqlalchemy', 'psycopg', 'mlflow', 'pandas', 'pandera', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
