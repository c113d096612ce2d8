"""docs/import.md shows what is really printed."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemaguard.cli.main import app
from tests.contracts.projects import MIGRATION

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")


def test_the_command_prints_just_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001.sql").write_text(MIGRATION)
    (tmp_path / "schemaguard.toml").write_text('migrations = "migrations"\n')
    (tmp_path / "warehouse" / "target").mkdir(parents=True)
    shutil.copy(ROOT / "tests/fixtures/dbt/recorded/manifest.json", tmp_path / "warehouse/target")
    monkeypatch.chdir(tmp_path)
    ((command, output),) = re.findall(r"```console\n\$ schemaguard (.*?)\n(.*?)```", PAGE, re.DOTALL)
    done = CliRunner().invoke(app, shlex.split(command))
    assert (done.exit_code, done.output) == (0, output)


def test_every_option_that_is_named_is_there() -> None:
    help_ = CliRunner().invoke(app, ["contracts", "import", "--help"]).output
    for option in set(re.findall(r"`(--[a-z][a-z-]+)", PAGE)):
        assert option in help_, option
