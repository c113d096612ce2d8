"""The tutorial and the how-to pages are followed: files are written, commands run, outputs compared."""

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from schemaguard.cli.verbs import VERBS
from tests import distribution
from tests.conftest import fresh
from tests.docs.pages import DOCS, ROOT, Reader, ShownCommand, ShownFile, normal, steps

pytestmark = pytest.mark.xdist_group("pages")
PAGES = ("howto/adopt.md", "howto/shared_database.md", "howto/without_alembic.md", "howto/notebooks.md")


@pytest.fixture
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the code at hand."""
    (built,) = distribution.build(tmp_path_factory).glob("*.whl")
    return built


def _follow(name: str, folder: Path, database: str, programs: Path | None = None) -> Reader:
    reader = Reader(folder, {"SCHEMAGUARD_DATABASE_URL": database}, programs)
    page = (DOCS / name).read_text(encoding="utf-8")
    count = 0
    for step, printed in reader.follow(page):
        assert normal(printed) == normal(step.output), step.line
        count += 1
    assert count
    return reader


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_shows_is_what_happens(name: str, server: str, tmp_path: Path) -> None:
    (tmp_path / "rides").mkdir()
    with fresh(server) as database:
        _follow(name, tmp_path / "rides", database)


def test_the_tutorial_is_followed_to_its_end_and_a_model_server_follows_the_pointer(
    server: str, tmp_path: Path
) -> None:
    (tmp_path / "rides").mkdir()
    with fresh(server) as database:
        reader = _follow("tutorial.md", tmp_path / "rides", database)
        assert (reader.folder / "site" / "index.html").is_file()
        # What the page of model servers shows, on what the tutorial has left: version 1 serves again, at epoch 3.
        page = (DOCS / "howto" / "model_servers.md").read_text(encoding="utf-8")
        (program,) = (step for step in steps(page) if isinstance(step, ShownFile))
        shown = page.partition("it prints:\n\n```text\n")[2].partition("```")[0]
        done = subprocess.run(
            [sys.executable, "-c", program.text],
            env={**reader.environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == shown.replace("fares 2", "fares 1").replace("epoch 2", "epoch 3").replace("_2", "_1")


@pytest.mark.skipif("SCHEMAGUARD_TUTORIAL" not in os.environ, reason="takes minutes: make tutorial")
def test_the_tutorial_is_followed_with_the_wheel_that_is_built(server: str, wheel: Path, tmp_path: Path) -> None:
    programs = tmp_path / "environment" / "bin"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", programs.parent], check=True)
    (packages,) = (programs.parent / "lib").glob("python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # What it stands on is installed already; a line of a .pth file brings it, and not the code that is at hand.
    (packages / "stands_on.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    start = "import sys\nfrom schemaguard.cli.main import main\nsys.exit(main())\n"
    (programs / "schemaguard").write_text(f"#!{programs / 'python'}\n{start}")
    (programs / "schemaguard").chmod(0o755)
    where = [programs / "python", "-I", "-c", "import schemaguard; print(schemaguard.__file__)"]
    told = subprocess.run(where, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert Path(told.strip()).is_relative_to(packages)
    (tmp_path / "rides").mkdir()
    with fresh(server) as database:
        reader = _follow("tutorial.md", tmp_path / "rides", database, programs)
    assert (reader.folder / "site" / "index.html").is_file()


def test_an_output_that_differs_would_be_noticed() -> None:
    for step in steps((DOCS / "tutorial.md").read_text(encoding="utf-8")):
        for word in set(step.output.split()) if isinstance(step, ShownCommand) else ():
            # The database of a test is called otherwise.
            if len(word) > 3 and word.isalpha() and word not in ("rides", "localhost"):
                assert normal(step.output.replace(word, f"{word}x")) != normal(step.output), word


def test_the_pages_of_the_command_line_are_up_to_date() -> None:
    assert subprocess.run([sys.executable, DOCS / "write_cli.py", "--check"], cwd=ROOT, check=False).returncode == 0


def test_every_verb_that_a_page_names_is_there() -> None:
    known = {verb.name for verb in VERBS}
    for page in DOCS.rglob("*.md"):
        for verb in re.findall(r"^\s*\$? ?schemaguard ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE):
            assert verb in known, (page.name, verb)
