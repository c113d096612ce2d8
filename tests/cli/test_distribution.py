"""The distribution: what a wheel and an sdist hold, what they are called, and what a shell gets from the command."""

import os
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemaguard import __version__
from schemaguard.cli.main import app
from tests import distribution

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel."""
    return distribution.build(tmp_path_factory)


def test_the_wheel_is_called_schemaguard_ml_and_brings_package_and_command_schemaguard(built: Path) -> None:
    with zipfile.ZipFile(built / f"schemaguard_ml-{__version__}-py3-none-any.whl") as wheel:
        names = set(wheel.namelist())
        info = f"schemaguard_ml-{__version__}.dist-info"
        metadata = message_from_string(wheel.read(f"{info}/METADATA").decode())
        scripts = wheel.read(f"{info}/entry_points.txt").decode()
    assert (metadata["Name"], metadata["Version"]) == ("schemaguard-ml", __version__)
    assert "schemaguard = schemaguard.cli.main:main" in scripts
    assert {name.split("/")[0] for name in names} == {"schemaguard", info}
    package = ROOT / "schemaguard"
    data = (path for path in package.rglob("*") if path.suffix in (".sql", ".html", ".css", ".js", ".json", ".typed"))
    assert {path.relative_to(ROOT).as_posix() for path in data} <= names


def test_an_extra_asks_for_the_distribution_by_its_own_name(built: Path) -> None:
    with zipfile.ZipFile(built / f"schemaguard_ml-{__version__}-py3-none-any.whl") as wheel:
        metadata = wheel.read(f"schemaguard_ml-{__version__}.dist-info/METADATA").decode()
    ours = [
        line.removeprefix("Requires-Dist: ").split("[")[0]
        for line in metadata.splitlines()
        if line.startswith("Requires-Dist: schemaguard")
    ]
    assert ours
    assert set(ours) == {"schemaguard-ml"}


def test_the_sdist_holds_what_the_wheel_is_built_from(built: Path) -> None:
    with tarfile.open(built / f"schemaguard_ml-{__version__}.tar.gz") as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "schemaguard/cli/main.py"} <= names


@pytest.mark.parametrize("words", [["-h"], ["check", "-h"], ["contracts", "-h"], ["contracts", "list", "-h"]])
def test_help_answers_to_one_letter(words: list[str]) -> None:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    assert done.stdout.lstrip().startswith("Usage: ")


@pytest.mark.parametrize(("begun", "offered"), [("che", "check"), ("contr", "contracts"), ("rollb", "rollback")])
def test_a_shell_completes_the_verbs(begun: str, offered: str) -> None:
    environ = {
        **os.environ,
        "_SCHEMAGUARD_COMPLETE": "complete_bash",
        "COMP_WORDS": f"schemaguard {begun}",
        "COMP_CWORD": "1",
    }
    command = [sys.executable, "-m", "schemaguard.cli"]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    assert offered in done.stdout.split()
