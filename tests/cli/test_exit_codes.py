"""Exit codes, as the shell sees them."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from schemaguard.cli.demo import demo
from schemaguard.errors import UsageError


def _run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "schemaguard.cli", *arguments], cwd=cwd, capture_output=True, text=True
    )


def test_a_verb_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    done = _run("no-such-verb", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_unknown_setting_names_the_file_and_the_settings_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "schemaguard.toml").write_text("migratons = 'x'\n")
    done = _run("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "unknown setting 'migratons'" in done.stderr
    assert "schemaguard.toml" in done.stderr
    assert "migrations" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_settings_file_that_is_not_toml_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "schemaguard.toml").write_text("migrations = [\n")
    done = _run("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "not valid TOML" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_demo_without_its_libraries_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    # As in an installation without extras, which takes too long to make here.
    installed = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "sklearn" else installed(name))
    with pytest.raises(UsageError, match="the demo needs packages that aren't installed: sklearn"):
        demo()
