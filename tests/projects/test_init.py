"""`schemaguard init` on projects as their tools lay them out: what it finds, shows, writes, and leaves alone."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from schemaguard import config
from schemaguard.cli.main import app
from schemaguard.errors import UsageError
from tests.projects.scratch import CREATE, DROP, Project, broken

REVISION = """\
import os

import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {down!r}


def upgrade():
    {body}


def downgrade():
    raise NotImplementedError
"""


@pytest.fixture(autouse=True)
def no_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow leaves the registry that another test spoke to in the environment."""
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "SCHEMAGUARD_REGISTRY_URI", "SCHEMAGUARD_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `alembic init` makes."""
    project = Project(tmp_path_factory.mktemp("laid_out"))
    shutil.rmtree(project.folder / "contracts")
    project.run("alembic", "init", "migrations")
    return project.folder


@pytest.fixture
def shop(tmp_path: Path, laid_out: Path) -> Project:
    """A project with a drop in its history, and no contract."""
    shutil.copytree(laid_out, tmp_path, dirs_exist_ok=True)
    project = Project(tmp_path)
    shutil.rmtree(tmp_path / "contracts")
    revision(project, "0001", None, CREATE)
    revision(project, "0002", "0001", DROP)
    return project


def revision(project: Project, id_: str, down: str | None, body: str) -> Path:
    return project.write(f"migrations/versions/{id_}_x.py", REVISION.format(id=id_, down=down, body=body))


def committed(project: Project) -> Project:
    project.git("init", "-q", "-b", "main")
    project.git("add", "-A")
    project.git("commit", "-qm", "all")
    return project


def init(project: Project, *arguments: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.folder)
        patch.setenv("SCHEMAGUARD_CACHE_DIR", str(project.folder / ".cache"))
        return CliRunner().invoke(app, ["init", *arguments])


def texts(project: Project) -> dict[str, str]:
    """Every file that is the project's own, by its path."""
    found = (file for file in project.folder.rglob("*") if file.is_file())
    named = {file.relative_to(project.folder).as_posix(): file for file in found}
    return {
        name: file.read_text(errors="replace")
        for name, file in named.items()
        if not name.startswith((".git/", ".cache/")) and "__pycache__" not in name
    }


def test_what_the_main_branch_has_is_accepted_and_what_is_new_is_not(shop: Project) -> None:
    project = committed(shop)
    done = init(project, "--yes")
    assert (done.exit_code, done.stderr) == (0, "")
    assert project.check().errors == 0
    assert any(finding.rule == "drop-column" and finding.suppressed for finding in project.check().findings)
    new = revision(project, "0003", "0002", 'op.drop_table("transactions")')
    counting = [one for one in project.check().findings if one.suppressed is None and one.severity == "error"]
    assert [(one.rule, one.place.file.rpartition("/")[2]) for one in counting] == [("drop-table", new.name)]


def test_what_is_only_on_a_branch_is_not_accepted(tmp_path: Path, shop: Project) -> None:
    project, last = shop, tmp_path / "migrations/versions/0002_x.py"
    last.unlink()
    committed(project)
    project.git("switch", "-qc", "feature")
    revision(project, "0002", "0001", DROP)
    assert init(project, "--yes").exit_code == 0
    assert broken(project.check()) == [("drop-column", last.name)]


def test_without_a_main_branch_nothing_is_accepted_unless_it_is_said(tmp_path: Path, shop: Project) -> None:
    project = shop
    assert init(project, "--yes").exit_code == 0
    assert not (tmp_path / "schemaguard-baseline.json").exists()
    assert len(broken(project.check())) == 1
    (tmp_path / "schemaguard.toml").unlink()
    assert init(project, "--yes", "--baseline").exit_code == 0
    assert project.check().errors == 0


def test_it_shows_all_that_it_writes_and_writes_nothing_unless_told(shop: Project) -> None:
    project = committed(shop)
    before = texts(project)
    looked = init(project, "--dry-run", "--ci", "github")
    assert looked.exit_code == 0
    assert texts(project) == before
    asked = init(project, "--ci", "github")
    assert isinstance(asked.exception, UsageError)
    assert "no terminal to confirm on" in str(asked.exception)
    assert texts(project) == before
    done = init(project, "--yes", "--ci", "github")
    new = {path: text for path, text in texts(project).items() if path not in before}
    assert sorted(new) == [".github/workflows/schemaguard.yml", "schemaguard-baseline.json", "schemaguard.toml"]
    for path, text in new.items():
        shown = done.stdout.partition(f"\n{path}  ")[2].partition("\n\n")[0]
        for line in text.splitlines()[:10]:
            assert f"+ {line}".rstrip() in done.stdout, (path, shown)
    assert {path: text for path, text in texts(project).items() if path in before} == before


@pytest.mark.parametrize(
    "path", ["schemaguard.toml", "schemaguard-baseline.json", ".github/workflows/schemaguard.yml", ".gitlab-ci.yml"]
)
def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path, shop: Project, path: str) -> None:
    project = committed(shop)
    mine = {"schemaguard.toml": "adopt = true\n", "schemaguard-baseline.json": '{"findings": []}\n'}.get(
        path, "# mine\n"
    )
    project.write(path, mine)
    for _ in range(2):
        assert init(project, "--yes", "--ci", "gitlab" if "gitlab" in path else "github").exit_code == 0
        assert (tmp_path / path).read_text() == mine


def test_settings_in_pyproject_are_settings(tmp_path: Path, shop: Project) -> None:
    project = committed(shop)
    project.write("pyproject.toml", "[tool.schemaguard]\nadopt = true\n")
    done = init(project, "--yes")
    assert "keeps  pyproject.toml" in done.stdout
    assert not (tmp_path / "schemaguard.toml").exists()


def test_a_second_run_writes_nothing(shop: Project) -> None:
    project = committed(shop)
    project.write("features/fraud.sql", "select id from transactions\n")
    init(project, "--yes", "--ci", "github")
    before = texts(project)
    done = init(project)
    assert (done.exit_code, done.stderr) == (0, "")
    assert texts(project) == before
    assert "wrote" not in done.stdout


def test_a_feature_query_becomes_a_contract_that_holds(tmp_path: Path, shop: Project) -> None:
    project = shop
    (tmp_path / "migrations/versions/0002_x.py").unlink()
    project.write("features/fraud_features.sql", "select id, channel from transactions\n")
    committed(project)
    done = init(project, "--yes")
    assert "feeds fraud" in done.stdout
    contract = yaml.safe_load((tmp_path / "contracts/fraud/fraud-1.odcs.yaml").read_text())
    assert [column["name"] for column in contract["schema"][0]["properties"]] == ["id", "channel"]
    new = revision(project, "0002", "0001", DROP)
    assert broken(project.check()) == [("breaks-reader", new.name)]


def test_a_folder_of_sql_in_another_language_s_project_is_found(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("src/main/resources/db/migration/V1__a.sql", "create table t (id bigint primary key);\n")
    project.write("compose.yaml", "services: {db: {image: 'postgres:17'}}\n")
    assert init(project, "--yes", "--ci", "none").exit_code == 0
    settings = config.load(tmp_path, {})
    assert (settings.migrations, settings.postgresql) == (("src/main/resources/db/migration",), 17)
    assert project.check().exit_code == 0


def test_what_only_a_deployment_knows_is_asked_for_in_the_settings(tmp_path: Path, shop: Project) -> None:
    project = shop
    revision(project, "0003", "0002", "op.execute(f\"drop table {os.environ['SCHEMA']}.t\")")
    assert init(project, "--yes").exit_code == 0
    assert '# env.SCHEMA = "…"' in (tmp_path / "schemaguard.toml").read_text()


def test_without_migrations_it_says_what_to_do(tmp_path: Path) -> None:
    project = Project(tmp_path)
    done = init(project, "--yes")
    assert isinstance(done.exception, UsageError)
    assert done.exception.next == "schemaguard init --migrations PATH"
    project.write("odd place/x.sql", "create table t ();\n")
    assert init(project, "--yes", "--migrations", "odd place").exit_code == 0
    assert config.load(tmp_path, {}).migrations == ("odd place",)


def test_a_person_is_asked_only_what_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from schemaguard.commands.init import InitRequest
    from schemaguard.commands.init import init as survey
    from schemaguard.commands.site import Site

    project = Project(tmp_path)
    project.write("odd place/x.sql", "create table t ();\n")
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return "odd place" if "migrations" in question else "gitlab"

    with Site(tmp_path, environ={}) as site:
        adoption = survey(site, InitRequest(), answer)
    assert [file.path for file in adoption.files] == ["schemaguard.toml", ".gitlab-ci.yml"]
    assert len(questions) == 2
    project.write("alembic.ini", "[alembic]\nscript_location = m\n")
    project.write("m/env.py", "from alembic import context\n")
    project.write("m/versions/a.py", "revision = 'a'\ndown_revision = None\n\ndef upgrade():\n    pass\n")
    project.write(".gitlab-ci.yml", "# mine\n")
    questions.clear()
    with Site(tmp_path, environ={}) as site:
        survey(site, InitRequest(), answer)
    assert questions == []


def test_in_a_folder_of_a_repository_the_file_for_ci_is_left_to_its_root(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    project = Project(tmp_path / "services/shop")
    project.write("migrations/1.sql", "create table t (id bigint primary key);\n")
    project.write(".github/workflows/odd.yml", "")
    done = init(project, "--yes")
    assert f"schemaguard init in {tmp_path}" in done.stdout.replace("\n", "")
    assert sorted(file for file in texts(project) if "schemaguard" in file) == ["schemaguard.toml"]


def test_the_old_meaning_of_init_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for option in ("--database-url", "--database"):
        done = CliRunner().invoke(app, ["init", option, "postgresql://me:hunter2@db/shop"])
        said = f"{done.output} {done.exception}"
        assert "called install" in said
        assert "schemaguard install --database-url URL" in said
        assert "hunter2" not in said


def test_the_json_says_the_same(shop: Project) -> None:
    project = committed(shop)
    done = init(project, "--dry-run", "--format", "json", "--ci", "none")
    document = json.loads(done.stdout)
    assert [file["path"] for file in document["files"]] == ["schemaguard.toml", "schemaguard-baseline.json"]
    assert (document["written"], document["accepted"]) == (
        [],
        len(json.loads(document["files"][1]["text"])["findings"]),
    )
