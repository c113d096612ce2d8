"""`sql` says again what it said before only where nothing that it looked at has changed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemaguard.cli.main import app
from schemaguard.commands import sql as command

REVISION = """from alembic import op
import sqlalchemy as sa

revision, down_revision = {id!r}, {down!r}


def upgrade():
    try:
        from names import TABLE
    except ImportError:
        TABLE = "t"
    op.create_table(TABLE + {id!r}, sa.Column("at", sa.Date()))


def downgrade():
    op.drop_table("t" + {id!r})
"""


class Project:
    """A project in a folder, and how often its statements were found out anew."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.times = 0
        self.write("alembic.ini", "[alembic]\nscript_location = migrations\n")
        self.write("migrations/env.py", "")
        self.write("migrations/versions/a.py", REVISION.format(id="a", down=None))
        monkeypatch.chdir(folder)
        monkeypatch.setenv("SCHEMAGUARD_CACHE_DIR", str(folder / ".cache"))
        found_out = command.sql

        def counted(*given: object, **named: object) -> command.StatementsOf:
            self.times += 1
            return found_out(*given, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(command, "sql", counted)

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def said(self, *words: str) -> str:
        done = CliRunner().invoke(app, ["sql", *(words or ["base:heads"])])
        assert done.exit_code == 0, done.output
        return done.stdout


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(tmp_path, monkeypatch)


def _a_line_more(project: Project) -> None:
    project.write("migrations/versions/a.py", "\n" + REVISION.format(id="a", down=None))


def _a_revision_more(project: Project) -> None:
    project.write("migrations/versions/b.py", REVISION.format(id="b", down="a"))


def _a_module_where_none_was(project: Project) -> None:
    project.write("names.py", "TABLE = 'other'\n")


def _another_environment(project: Project) -> None:
    project.write("migrations/env.py", "x = 1\n")


def _another_place(project: Project) -> None:
    project.write("elsewhere/env.py", "")
    project.write("elsewhere/versions/c.py", REVISION.format(id="c", down=None))
    project.write("alembic.ini", "[alembic]\nscript_location = elsewhere\n")


def _another_setting(project: Project) -> None:
    project.write("schemaguard.toml", "postgresql = 18\n")


def _a_first_file(project: Project) -> None:
    project.write("first.sql", "create table of_old ();\n")
    project.write("schemaguard.toml", "initial = 'first.sql'\n")


CHANGES = (
    _a_line_more,
    _a_revision_more,
    _a_module_where_none_was,
    _another_environment,
    _another_place,
    _another_setting,
    _a_first_file,
)


def test_what_is_asked_again_is_not_found_out_again(project: Project) -> None:
    first, second = project.said(), project.said()
    assert first == second
    assert "CREATE TABLE" in first
    assert project.times == 1


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_whatever_may_change_it_makes_it_be_found_out_again(
    project: Project, change: Callable[[Project], None]
) -> None:
    project.said()
    change(project)
    after = project.said()
    assert project.times == 2
    assert after == project.said("base:heads", "--no-cache")


def test_other_words_are_another_question(project: Project) -> None:
    ways = [("a",), ("a", "--downgrade"), ("a", "--format", "json"), ("a", "--pg-version", "15"), ("migrations", "a")]
    said = [project.said(*way) for way in ways]
    assert project.times == len(ways)
    assert [project.said(*way) for way in ways] == said
    assert project.times == len(ways)
    assert "DROP TABLE ta" in said[1]
    assert said[2].startswith("{")


def test_a_file_that_went_away_and_came_back_is_the_same_file(project: Project) -> None:
    first = project.said()
    text = Path("migrations/versions/a.py").read_text()
    _a_line_more(project)
    project.said()
    project.write("migrations/versions/a.py", text)
    assert project.said() == first


def test_a_store_that_was_spoilt_is_no_store(project: Project) -> None:
    first = project.said()
    for file in Path(".cache").iterdir():
        file.write_bytes(b"no database" * 1000)
    assert project.said() == first
    assert project.times == 2


def test_an_error_is_not_remembered(project: Project) -> None:
    for _ in range(2):
        assert CliRunner().invoke(app, ["sql", "nowhere"]).exit_code != 0
    assert project.times == 2
