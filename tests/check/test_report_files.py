"""`check --report FORMAT=FILE`: every report of one verdict in a file of its own, beside what is shown."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from schemaguard.cli.checking import CheckFormat
from schemaguard.cli.main import app
from schemaguard.errors import UsageError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "1.sql").write_text("create table t (id bigint primary key, a text);\nalter table t drop column a;\n")
    return tmp_path


def check(folder: Path, *arguments: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("SCHEMAGUARD_CACHE_DIR", str(folder / ".cache"))
        return CliRunner().invoke(app, ["check", "1.sql", *arguments])


def without_seconds(text: str) -> str:
    """The first line, without how long it took."""
    return re.sub(r"[0-9.]+ s\b|time=\S+", "", text.splitlines()[0])


def test_each_report_is_what_its_format_prints(project: Path) -> None:
    wanted = [f"--report={form}=out.{form}" for form in CheckFormat]
    done = check(project, "--format", "github", *wanted)
    assert done.exit_code == (1 if "::error" in done.stdout else 0)
    for form in CheckFormat:
        printed = check(project, "--format", form).stdout
        written = (project / f"out.{form}").read_text()
        assert without_seconds(written) == without_seconds(printed), form
    assert json.loads((project / "out.json").read_text())["version"] == 1


def test_what_is_said_again_writes_its_files_again(project: Path) -> None:
    for _ in range(2):
        check(project, "--report", "markdown=out.md")
        assert (project / "out.md").read_text().startswith("<!-- schemaguard -->\n")
        (project / "out.md").unlink()


@pytest.mark.parametrize("given", ["out.md", "html=out.html", "json=", "=out", "", "json"])
def test_a_report_that_does_not_say_where_is_refused_before_anything_is_judged(project: Path, given: str) -> None:
    done = check(project, "--report", given)
    assert isinstance(done.exception, UsageError)
    assert "FORMAT=FILE" in done.exception.next


def test_a_file_that_cannot_be_written_is_said(project: Path) -> None:
    done = check(project, "--report", "json=nowhere/out.json")
    assert isinstance(done.exception, UsageError)
    assert done.exception.at == "nowhere/out.json"
