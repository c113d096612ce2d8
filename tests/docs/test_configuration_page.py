"""docs/configuration.md says every key that the code knows, and every key in the docs is one that the code takes."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from schemaguard import config
from schemaguard.cli.checking import CheckFormat
from schemaguard.errors import ConfigError, ExitCode
from schemaguard.rules import RULES
from schemaguard.rules.judging.choice import Choice

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
CI = (ROOT / "docs/ci.md").read_text(encoding="utf-8")


def test_the_page_is_what_the_code_says() -> None:
    written = subprocess.run([sys.executable, ROOT / "docs/write_configuration.py", "--check"], check=False)
    assert written.returncode == 0, "python docs/write_configuration.py writes it"


def test_every_key_stands_there_with_a_meaning() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (.+) \|$", PAGE, re.MULTILINE))
    assert set(rows) >= {*config._KEYS, *config._ENVIRONMENT_KEYS}
    assert all(len(meaning) > 10 for meaning in rows.values())


def test_the_example_is_taken(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(example)
    found = config.load(tmp_path, {})
    assert found.environment.registry_uri == "https://mlflow.example"
    assert set(tomllib.loads(example)["tool"]["schemaguard"]) <= set(config._KEYS)
    Choice((), (), found.rules, found.adopt).checked(RULES)


@pytest.mark.parametrize("key", sorted(config._KEYS))
def test_a_key_that_is_nearly_right_is_refused_with_the_one_that_was_meant(tmp_path: Path, key: str) -> None:
    (tmp_path / "schemaguard.toml").write_text(f"{key}x = 1\n")
    with pytest.raises(ConfigError) as refused:
        config.load(tmp_path, {})
    assert refused.value.next == f"did you mean {key}?"


def test_the_ci_page_knows_every_format_and_every_exit_code_of_the_check() -> None:
    formats = CI.partition("| format |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", formats, re.MULTILINE)) == set(CheckFormat)
    codes = CI.partition("| exit code |")[2].partition("\n\n")[0]
    assert {int(code) for code in re.findall(r"^\| (\d)", codes, re.MULTILINE)} == {
        ExitCode.OK, ExitCode.FINDINGS, ExitCode.NO_VERDICT,
    }  # fmt: skip


def test_what_the_ci_page_runs_is_there() -> None:
    import yaml
    from typer.main import get_command

    from schemaguard.cli.main import app

    action = yaml.safe_load((ROOT / "action.yml").read_text())
    named = CI.partition("Its inputs: ")[2].partition(". `schemaguard")[0]
    assert set(re.findall(r"`([\w-]+)`", named)) == set(action["inputs"])
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert set(re.findall(r"- id: ([\w-]+)", CI)) == hooks
    verbs = set(get_command(app).commands)  # type: ignore[attr-defined]  # a group
    assert {verb for verb in re.findall(r"schemaguard ([a-z]+)\b", CI) if verb not in ("schemaguard",)} - verbs <= set()
