"""docs/playbook.md shows what is really printed."""

import re
import shlex
import shutil
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from schemaguard.cli.main import app
from schemaguard.playbooks.acting import WatchRound
from schemaguard.playbooks.deciding import Decided, TriggerPass
from schemaguard.report.watch import show_pass
from tests.docs.measured import measured

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```console\n\$ schemaguard (.*?)\n(.*?)```", PAGE, re.DOTALL)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "playbooks", tmp_path / "playbooks")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "measured.csv").write_text(measured(NOON, timedelta(minutes=10)))
    return tmp_path


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_a_command_prints_what_the_page_shows(folder: Path, command: str, output: str) -> None:
    done = CliRunner().invoke(app, shlex.split(command))
    assert done.exit_code == 0
    said = done.output
    # The page shows the first trigger of a forecast.
    assert said.startswith(output) if "forecast" in command else said == output


def test_the_errors_that_it_shows_are_told(folder: Path) -> None:
    (shown,) = re.findall(r"```\n(playbooks/fraud\.yaml:.*?)```", PAGE, re.DOTALL)
    file = folder / "playbooks" / "fraud.yaml"
    text = file.read_text(encoding="utf-8").replace("mode: act ", "mdoe: act ").replace("p95 > 300 ms", "p95 is bad")
    file.write_text(text.replace("percent: 5,", "percent: 30,"), encoding="utf-8")
    done = CliRunner().invoke(app, ["playbook", "check"])
    assert (done.exit_code, done.output) == (1, shown)


def test_every_line_of_its_table_is_one() -> None:
    from schemaguard.playbooks.trip import trip

    table = PAGE.partition("## Lines")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| (`[^|]*`) \|", table, re.MULTILINE)
    texts = [text for cell in lines[1:] for text in re.findall(r"`([^`]+)`", cell)]
    assert len(texts) == 6
    for text in texts:
        trip(text)


def test_what_a_watcher_tells_is_worded_as_it_shows() -> None:
    (shown,) = re.findall(r"\$ schemaguard watch fraud\n(.*?)```", PAGE, re.DOTALL)
    out = Console(file=StringIO(), width=200, highlight=False, markup=False)
    first = TriggerPass("fraud", "error-rate", "7", 9, 0, 112, 12_400, -0.8, 14.9)
    snapshot = {"trip": "error rate > 2 %", "failed": 250, "total": 12_910, "weight": 15.2, "line": 14.9}
    tripped = TriggerPass("fraud", "error-rate", "7", decided=((17, Decided("tripped", "rollback", snapshot)),))
    show_pass(WatchRound((first,)), out, NOON, is_first=True)
    show_pass(WatchRound((tripped,)), out, NOON.replace(hour=14, minute=7, second=20), is_first=False)
    assert isinstance(out.file, StringIO)
    assert out.file.getvalue() == shown
