"""`schemaguard rules`: the list, by family, as severe as the settings say."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemaguard.cli.main import app
from schemaguard.rules import RULES


def _lines(*arguments: str) -> list[str]:
    done = CliRunner().invoke(app, ["rules", *arguments], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def test_each_rule_is_listed_once_with_its_severity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "schemaguard.toml").write_text(
        '[rules]\ndrop-table = "note"\nwide-index = "warning"\nrename-table = "off"\n'
    )
    monkeypatch.chdir(tmp_path)

    words = [line.split()[:2] for line in _lines() if line.startswith("  ")]

    listed = {name: severity for name, severity in words if name in {rule.id for rule in RULES}}
    assert len(listed) == len(RULES)
    said = [listed[name] for name in ("drop-table", "wide-index", "rename-table", "cascade-delete", "breaks-reader")]
    assert said == ["note", "warning", "off", "off", "error"]


def test_one_family_can_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = _lines("clients")
    assert lines[0] == "clients"
    assert lines[-1].startswith("22 rules, 1 of them off")


def test_a_family_that_is_none_is_refused_with_those_that_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["rules", "locking"])
    assert done.exit_code != 0
