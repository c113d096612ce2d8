"""`pytest --schemaguard`, in a project that has tests of its own or none."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

GOOD = "create table orders (id bigint primary key, note text);\n"
BAD = "alter table orders drop column note;\n"
WARNED = "do $$ begin perform 1; end $$;\n"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Where the distribution is installed as it is now, pytest finds the plugin by itself.
    named = () if entry_points(group="pytest11", name="schemaguard") else ("-p", "schemaguard.pytest_plugin")
    command = [sys.executable, "-m", "pytest", *named, "-p", "no:cacheprovider", "-rA"]
    environ = {**os.environ, "SCHEMAGUARD_CACHE_DIR": str(folder / ".cache"), "PYTEST_ADDOPTS": ""}
    return subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True, env=environ, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    for number, text in enumerate((GOOD, BAD, WARNED), 1):
        (tmp_path / f"migrations/00{number}.sql").write_text(text)
    return tmp_path


def test_each_revision_is_a_test_that_fails_with_what_the_check_says(project: Path) -> None:
    done = run(project, "--schemaguard")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 2 passed" in done.stdout
    assert "orders.note is dropped" in done.stdout
    assert "Traceback" not in done.stdout
    assert "opaque-statement" in done.stdout
    (project / "migrations/002.sql").write_text("alter table orders add column more text;\n")
    assert "3 passed" in run(project, "--schemaguard", "-n", "2", "-p", "xdist").stdout


def test_they_stand_beside_the_project_s_own_tests_and_can_be_chosen(project: Path) -> None:
    (project / "test_own.py").write_text("def test_it():\n    pass\n")
    assert "1 passed" in run(project).stdout
    assert "1 failed, 3 passed" in run(project, "--schemaguard").stdout


def test_without_a_verdict_pytest_says_why(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = run(tmp_path, "--schemaguard")
    assert done.returncode == 4
    assert "schemaguard: no migrations are named" in done.stderr + done.stdout


def test_a_run_that_does_not_ask_for_it_imports_nothing_of_ours(tmp_path: Path) -> None:
    program = (
        "import sys, schemaguard.pytest_plugin\n"
        "print(sorted(name for name in sys.modules if name.startswith('schemaguard')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['schemaguard', 'schemaguard.pytest_plugin']"
