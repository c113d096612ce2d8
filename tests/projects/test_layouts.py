"""Projects as their tools lay them out are judged without a word about where things are."""

from pathlib import Path

import pytest

from schemaguard.commands.histories import find_one
from schemaguard.commands.reading import open_reading
from schemaguard.config import Config
from schemaguard.errors import HistoryError, UsageError
from tests.projects.scratch import ADD, BODIES, CREATE, DROP, Project, broken, fill, opaque

ALEMBIC = ("alembic", "revision")
FLASK = ("flask", "db", "revision")
FLASK_APP = """\
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
app.config["SQLALCHEMY_BINDS"] = {"stats": "sqlite://"}
db = SQLAlchemy(app)
migrate = Migrate(app, db)
"""


def assert_judged(project: Project, last: Path, *paths: str) -> None:
    """The planted drop is found, by each of the paths, and all else was read."""
    for given in ((), *((path,) for path in paths)):
        result = project.check(*given)
        assert broken(result) == [("breaks-reader", last.name)], given
        assert (len(result.revisions), opaque(result)) == (3, 0), given


@pytest.mark.parametrize("template", ["generic", "async", "pyproject", "pyproject_async"])
def test_what_alembic_init_lays_out_is_judged(tmp_path: Path, template: str) -> None:
    project = Project(tmp_path)
    project.run("alembic", "init", "-t", template, "migrations")
    *_, last = project.revisions("migrations/versions", *BODIES, made_by=ALEMBIC)
    settings = "pyproject.toml" if template.startswith("pyproject") else "alembic.ini"
    assert_judged(project, last, "migrations", "migrations/versions", settings, ".")
    last.unlink()
    assert project.check().errors == 0


def test_the_ini_beside_a_pyproject_that_has_the_settings_leads_to_them(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.run("alembic", "init", "-t", "pyproject", "migrations")
    *_, last = project.revisions("migrations/versions", *BODIES, made_by=ALEMBIC)
    assert "script_location" not in (tmp_path / "alembic.ini").read_text()
    assert_judged(project, last, "alembic.ini")


def test_what_flask_db_init_lays_out_is_judged(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("app.py", FLASK_APP)
    project.run("flask", "db", "init")
    *_, last = project.revisions("migrations/versions", *BODIES, made_by=FLASK)
    assert "script_location" not in (tmp_path / "migrations/alembic.ini").read_text()
    assert_judged(project, last, "migrations", "migrations/alembic.ini")


def test_flask_in_a_folder_of_a_monorepo_is_judged(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("api/app.py", FLASK_APP)
    project.write("api/models.py", 'NAME = "transactions"\n')
    project.run("flask", "db", "init", inside="api")
    body = f"from models import NAME; {DROP.replace(chr(34) + 'transactions' + chr(34), 'NAME')}"
    *_, last = project.revisions("api/migrations/versions", CREATE, ADD, body, made_by=FLASK, inside="api")
    assert_judged(project, last, "api", "api/migrations")


def test_each_database_of_alembics_multidb_is_judged_with_its_own_catalog(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.run("alembic", "init", "-t", "multidb", "migrations")
    first, last = project.revisions("migrations/versions", "pass", "pass", made_by=ALEMBIC)
    fill(first, "upgrade_engine1", CREATE)
    fill(first, "upgrade_engine2", 'op.create_table("stats", sa.Column("channel", sa.Text()))')
    fill(last, "upgrade_engine1", DROP)
    fill(last, "upgrade_engine2", 'op.drop_column("stats", "channel")')
    result = project.check()
    assert [(f.rule, f.history) for f in result.findings if f.severity == "error" and f.headline] == [
        ("breaks-reader", "alembic.ini#engine1"),
        ("drop-column", "alembic.ini#engine2"),
    ]
    assert [(one.history, one.statements, one.opaque) for one in result.revisions] == [
        ("alembic.ini#engine1", 1, 0),
        ("alembic.ini#engine1", 1, 0),
        ("alembic.ini#engine2", 1, 0),
        ("alembic.ini#engine2", 1, 0),
    ]
    assert result.remarks[0] == (
        "alembic.ini migrates 2 databases, and each is judged with a catalog of its own: engine1, engine2"
    )
    assert broken(project.check("migrations#engine2")) == [("drop-column", last.name)]
    with pytest.raises(HistoryError, match="has no database 'engine3'"):
        project.check("migrations#engine3")


def test_flasks_multidb_has_a_database_without_a_name(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("app.py", FLASK_APP)
    project.run("flask", "db", "init", "--multidb")
    first, last = project.revisions("migrations/versions", "pass", "pass", made_by=FLASK)
    fill(first, "upgrade_", CREATE)
    fill(last, "upgrade_", DROP)
    result = project.check()
    assert broken(result) == [("breaks-reader", last.name)]
    assert opaque(result) == 0
    assert {one.history for one in result.revisions} == {"migrations#", "migrations#stats"}
    assert "(unnamed), stats" in result.remarks[0]


def test_a_verb_about_one_history_asks_which_database_is_meant(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.run("alembic", "init", "-t", "multidb", "migrations")
    project.revisions("migrations/versions", "pass", made_by=ALEMBIC)
    reading = open_reading(Config(root=tmp_path), tmp_path)
    with pytest.raises(UsageError, match=r"alembic\.ini#engine1, alembic\.ini#engine2"):
        find_one(reading, None)
    assert find_one(reading, "alembic.ini#engine1").database == "engine1"


FASTAPI_ENV = """\
from logging.config import fileConfig

from alembic import context
from sqlalchemy import engine_from_config, pool

config = context.config
fileConfig(config.config_file_name)

from app.models import SQLModel  # noqa
from app.core.config import settings  # noqa

target_metadata = SQLModel.metadata


def run_migrations_online():
    configuration = config.get_section(config.config_ini_section)
    configuration["sqlalchemy.url"] = str(settings.SQLALCHEMY_DATABASE_URI)
    connectable = engine_from_config(configuration, prefix="sqlalchemy.", poolclass=pool.NullPool)
    with connectable.connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()


run_migrations_online()
"""


def test_the_full_stack_fastapi_template_is_judged_from_its_root(tmp_path: Path) -> None:
    """As github.com/fastapi/full-stack-fastapi-template lays it out: backend/alembic.ini, backend/app/alembic."""
    project = Project(tmp_path)
    project.write("backend/pyproject.toml", '[project]\nname = "app"\n[tool.ruff]\nline-length = 88\n')
    project.write("backend/alembic.ini", "[alembic]\nscript_location = app/alembic\n\n[loggers]\nkeys = root\n")
    project.write("backend/app/__init__.py", "")
    project.write("backend/app/models.py", "from sqlmodel import SQLModel\n")
    project.write("backend/app/core/__init__.py", "")
    project.write("backend/app/core/config.py", "from pydantic_settings import BaseSettings\n")
    project.write("backend/app/alembic/env.py", FASTAPI_ENV)
    project.write("backend/app/alembic/script.py.mako", "")
    project.write("frontend/package.json", "{}")
    columns = (
        'op.create_table("transactions", sa.Column("id", sa.BigInteger(), primary_key=True), '
        'sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False))'
    )
    for number, body in enumerate((columns, ADD, DROP), 1):
        down = repr(f"000{number - 1}") if number > 1 else None
        project.write(
            f"backend/app/alembic/versions/000{number}_step.py",
            f"import sqlalchemy as sa\nimport sqlmodel.sql.sqltypes\nfrom alembic import op\n\n"
            f"revision = '000{number}'\ndown_revision = {down}\n\n\ndef upgrade():\n    {body}\n",
        )
    last = tmp_path / "backend/app/alembic/versions/0003_step.py"
    assert_judged(project, last, "backend", "backend/alembic.ini", "backend/app/alembic")


def service(project: Project, folder: str, *bodies: str) -> list[Path]:
    """A service of a monorepo with an alembic.ini of its own."""
    (project.folder / folder).mkdir(parents=True)
    project.run("alembic", "init", "migrations", inside=folder)
    return project.revisions(f"{folder}/migrations/versions", *bodies, made_by=ALEMBIC, inside=folder)


def test_every_service_of_a_monorepo_is_judged_and_said(tmp_path: Path) -> None:
    project = Project(tmp_path)
    *_, last = service(project, "services/payments", *BODIES)
    service(project, "services/users", 'op.create_table("users", sa.Column("id", sa.Integer()))')
    service(project, "tests/data", 'op.execute("DROP TABLE transactions")')
    result = project.check()
    assert broken(result) == [("breaks-reader", last.name)]
    assert {one.history for one in result.revisions} == {
        "services/payments/alembic.ini",
        "services/users/alembic.ini",
    }
    assert result.remarks == (
        (
            "2 histories are here, and each is judged; to choose, set migrations = "
            '["services/payments/alembic.ini", "services/users/alembic.ini"]'
        ),
        "not judged: tests/data/alembic.ini: it belongs to tests, examples or templates",
    )
    assert project.check("services/users").errors == 0
    assert project.check("services").remarks == result.remarks[:1]


def test_a_service_whose_settings_lead_nowhere_is_said_and_the_others_are_judged(tmp_path: Path) -> None:
    project = Project(tmp_path)
    *_, last = service(project, "a", *BODIES)
    project.write("b/alembic.ini", "[alembic]\nscript_location = elsewhere:migrations\n")
    project.write("c/alembic.ini", "[loggers]\nkeys = root\n")
    result = project.check()
    assert broken(result) == [("breaks-reader", last.name)]
    assert "not judged: c/alembic.ini: no [alembic] section with a script_location" in result.remarks
    assert any(
        remark.startswith("not judged: b/alembic.ini: 'elsewhere:migrations' names a") for remark in result.remarks
    )


def test_scripts_without_any_settings_are_found(tmp_path: Path) -> None:
    """As applications that make Alembic's Config themselves have them."""
    project = Project(tmp_path)
    *_, last = service(project, "src/shop/db", *BODIES)
    (tmp_path / "src/shop/db/alembic.ini").unlink()
    assert_judged(project, last, "src", "src/shop/db/migrations")


def test_an_installed_package_has_no_history_of_the_projects(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for folder in ("node_modules/x", ".venv/lib/y", "env", "lib/python3.11/site-packages/z"):
        service(project, folder, DROP)
    project.write("env/pyvenv.cfg", "")
    with pytest.raises(UsageError, match="no migrations are named"):
        project.check()


def test_each_section_of_an_ini_that_names_a_script_is_a_history(tmp_path: Path) -> None:
    """As `alembic --name` chooses them: one file for several environments, those that share a folder being one."""
    project = Project(tmp_path)
    *_, last = service(project, "core", *BODIES)
    service(project, "tenant", CREATE)
    for folder in ("core", "tenant"):
        (tmp_path / folder / "alembic.ini").unlink()
    project.write(
        "alembic.ini",
        "[DEFAULT]\nroot = %(here)s\n[core]\nscript_location = %(root)s/core/migrations\n"
        "[core_dev]\nscript_location = core/migrations\n[tenant]\nscript_location = tenant/migrations\n",
    )
    for paths in ((), ("alembic.ini",)):
        result = project.check(*paths)
        assert broken(result) == [("breaks-reader", last.name)]
        assert {one.history for one in result.revisions} == {"core/migrations", "tenant/migrations"}


@pytest.mark.parametrize(
    ("settings", "folders"),
    [
        ("version_locations = %(here)s/one:%(here)s/two\npath_separator = os", ("one", "two")),
        ("version_locations = one two", ("one", "two")),
        ("version_locations = one, two", ("one", "two")),
        ("version_locations =\n    one\n    two\npath_separator = newline", ("one", "two")),
        ("version_locations = one;two\nversion_path_separator = ;", ("one", "two")),
        ("version_locations = shop.db:one:two\npath_separator = ;", ("shop/db/one/two", "shop/db/one/two/deep")),
        ("recursive_version_locations = true", ("migrations/versions/2024", "migrations/versions/2025/07")),
        ("version_locations = %(base)s/one %(base)s/two\nbase = %(here)s", ("one", "two")),
    ],
)
def test_version_locations_lead_where_alembic_itself_goes(
    tmp_path: Path, settings: str, folders: tuple[str, str]
) -> None:
    project = Project(tmp_path)
    project.run("alembic", "init", "migrations")
    if "deep" in folders[1]:
        settings += "\nrecursive_version_locations = true\nprepend_sys_path = ."
    project.write("alembic.ini", f"[alembic]\nscript_location = migrations\n{settings}\n")
    project.write("shop/__init__.py", "")
    project.write("shop/db/__init__.py", "")
    for number, body in enumerate(BODIES, 1):
        down = repr(f"000{number - 1}") if number > 1 else None
        project.write(
            f"{folders[number // 3]}/000{number}.py",
            f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '000{number}'\ndown_revision = {down}\n\n\n"
            f"def upgrade():\n    {body}\n",
        )
    assert "0002 -> 0003 (head)" in project.run("alembic", "history")
    assert_judged(project, tmp_path / folders[1] / "0003.py", "alembic.ini", "migrations")
