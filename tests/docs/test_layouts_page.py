"""docs/layouts.md: its layouts are found, its example is judged, and its lines can be pasted."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemaguard import config
from schemaguard.cli.main import app
from schemaguard.history.discovery import discover_all
from schemaguard.history.sources import MemoryFiles
from tests.projects.scratch import Project, advised, opaque

PAGE = (Path(__file__).parents[2] / "docs" / "layouts.md").read_text(encoding="utf-8")
REVISION = "revision = 'a'\ndown_revision = None\n\n\ndef upgrade():\n    pass\n"
SETTINGS = {
    "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n",
    "pyproject.toml": '[tool.alembic]\nscript_location = "%(here)s/migrations"\n',
    "env.py": "from alembic import context\n",
}


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_its_layouts_are_found_under_the_names_that_it_says() -> None:
    rows = re.findall(r"^\| `([\w./]+)`(, without a `script_location`)?.* \| `([\w./]+)` \|$", PAGE, re.MULTILINE)
    assert len(rows) == 5
    for file, is_bare, name in rows:
        folder, _, last = file.rpartition("/")
        script = folder if is_bare or last == "env.py" else f"{folder}/migrations".lstrip("/")
        texts = {
            f"{script}/env.py": SETTINGS["env.py"],
            f"{script}/versions/a.py": REVISION,
            file: "[alembic]\n" if is_bare else SETTINGS[last],
        }
        found = discover_all((), (), MemoryFiles(texts)).histories
        assert [history.path for history in found] == [name]


def test_its_example_is_opaque_without_its_lines_and_understood_with_them(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("migrations/versions/0001.py", block("python"))
    project.write("migrations/env.py", "from alembic import context\n")
    before = project.check()
    assert opaque(before) == 2
    lines = {line.replace("shop", "…").replace("reporting", "…") for line in block("toml").splitlines()[1:]}
    assert advised(before) == lines
    project.write("pyproject.toml", block("toml"))
    after = project.check()
    assert opaque(after) == 0
    assert not any("assume" in remark for remark in after.remarks)


def test_every_line_that_it_shows_is_accepted(tmp_path: Path) -> None:
    lines = re.findall(r"^\| `(.+? = \".+?\")` \|", PAGE, re.MULTILINE)
    assert len(lines) == 5
    for line in lines:
        assert tomllib.loads(line)
        (tmp_path / "schemaguard.toml").write_text(f"[assume]\n{line}\n")
        assert len(config.load(tmp_path, {}).assume) == 1


def test_a_database_is_named_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(tmp_path)
    project.run("alembic", "init", "-t", "multidb", "migrations")
    project.revisions("migrations/versions", "pass", made_by=("alembic", "revision"))
    (command,) = re.findall(r"`schemaguard (catalog [\w.]+#\w+)`", PAGE)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, command.split()).exit_code == 0
