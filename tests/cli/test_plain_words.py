"""A command line that is read without Typer means what Typer takes it to mean, and what isn't evident is left to it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from schemaguard.cli import checking, plain
from schemaguard.cli.app import app
from schemaguard.cli.checking import CheckRequest

EVIDENT: list[list[str]] = [
    [],
    ["a", "b/c.sql"],
    ["--base", "main", "migrations"],
    ["--base=main", "-v", "--explain", "--no-cache"],
    ["--select", "drop-column,drop-table", "--select=unproven", "--ignore", "no-downgrade"],
    ["--format", "json", "--pg-version", "17", "--contracts", "c", "--window", "dates"],
    ["--baseline", "b.json", "--initial=i.sql", "--verbose"],
    ["--assume-in-transaction"],
    ["--no-assume-in-transaction", "x"],
    ["--base", "one", "--base", "two"],
    ["a b", "ü", "--window", "a=b"],
]
LEFT_TO_TYPER: list[list[str]] = [
    ["--help"],
    ["--at", "2026-01-01"],
    ["--format", "xml"],
    ["--pg-version", "new"],
    ["--base"],
    ["--base", "--explain"],
    ["--base="],
    ["--nothing"],
    ["--explain=yes"],
    ["-vv"],
    ["--", "--odd-name"],
    ["-"],
]


@pytest.mark.parametrize("words", EVIDENT, ids=" ".join)
def test_an_evident_command_line_is_read_as_typer_reads_it(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[CheckRequest] = []
    monkeypatch.setattr(checking, "run", lambda asked, _: heard.append(asked) or 0)
    assert CliRunner().invoke(app, ["check", *words]).exit_code == 0
    assert plain.read_words(words) == heard[0]


@pytest.mark.parametrize("words", LEFT_TO_TYPER, ids=" ".join)
def test_what_is_not_evident_is_left_to_typer(words: list[str]) -> None:
    assert plain.read_words(words) is None


def test_a_shell_that_completes_is_left_to_typer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_SCHEMAGUARD_COMPLETE", "complete_bash")
    assert plain.read_words([]) is None


def test_no_option_is_forgotten() -> None:
    known = {
        *plain.TEXTS,
        *plain.FILES,
        *plain.LISTS,
        *plain.SWITCHES,
        *plain.LEFT_TO_TYPER,
        "--format",
        "--pg-version",
    }
    check = get_command(app).commands["check"]  # type: ignore[attr-defined]  # a group
    said = {word for parameter in check.params if parameter.param_type_name == "option" for word in parameter.opts}
    assert said | {"--help"} == known


def test_where_nothing_is_remembered_typer_is_not_needed_either(tmp_path: Path) -> None:
    (tmp_path / "1_a.sql").write_text("create table t ();\n")
    program = (
        "import sys\nsys.argv = ['schemaguard', 'check', '.', '--no-cache']\nfrom schemaguard.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as left:\n    print('exit', left.code)\n"
        "print(sorted({'typer', 'rich', 'yaml', 'jsonschema', 'subprocess', 'psycopg', 'sqlglot'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path, env=dict(os.environ)
    )
    assert done.stdout.splitlines()[-2:] == ["exit 0", "[]"]


def test_an_error_is_said_in_the_same_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plainly, by_typer = (
        subprocess.run([sys.executable, "-m", "schemaguard.cli", *words], capture_output=True, text=True, check=False)
        for words in (["check", "nowhere"], ["check", "nowhere", "--at", "2026-01-01"])
    )
    assert (plainly.returncode, plainly.stderr) == (by_typer.returncode, by_typer.stderr)
    assert plainly.stderr.startswith("error: ")
