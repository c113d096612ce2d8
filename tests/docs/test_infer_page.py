"""docs/infer.md shows what is really printed."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "infer.md").read_text(encoding="utf-8")


def test_the_command_prints_just_that_and_its_draft_is_valid(tmp_path: Path) -> None:
    for name in ("migrations", "contracts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "schemaguard.toml").write_text("migrations = 'migrations'\n")
    ((command, output),) = re.findall(r"```console\n\$ schemaguard (.*?)\n(.*?)```", PAGE, re.DOTALL)
    assert _run(tmp_path, *shlex.split(command)) == output
    assert "VALID   fraud@9" in _run(tmp_path, "contracts", "validate", "fraud", "9")


def test_every_option_that_is_named_is_there(tmp_path: Path) -> None:
    help_ = _run(tmp_path, "contracts", "infer", "--help")
    options = set(re.findall(r"(--[a-z][a-z-]+)", PAGE))
    assert options
    for option in options:
        assert option in help_, option


def _run(folder: Path, *arguments: str) -> str:
    program = [sys.executable, "-m", "schemaguard.cli", *arguments]
    # What MLflow's functions leave behind in the process of another test isn't part of the page.
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "SCHEMAGUARD_"))}
    done = subprocess.run(program, cwd=folder, env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
