"""Values that only a deployment knows: said by name, asked for by a line to paste, or presumed from a default."""

from pathlib import Path
from textwrap import dedent

import pytest

from schemaguard import config
from schemaguard.errors import ConfigError
from schemaguard.history.deployment import line_for
from tests.projects.scratch import CREATE, Project, advised, broken, opaque

REVISION = "import os\nimport sqlalchemy as sa\nfrom alembic import op, context\n"


def made(folder: Path, imports: str, schema: str, *, files: dict[str, str] | None = None, assume: str = "") -> Project:
    """A project whose three revisions take the schema from an expression; the contract reads app.transactions."""
    project = Project(folder, schema="app")
    project.write("alembic.ini", "[alembic]\nscript_location = migrations\nprepend_sys_path = .\ntenant = app\n")
    project.write("migrations/env.py", "from alembic import context\n")
    bodies = (
        CREATE[:-1] + f", schema={schema})",
        f'op.add_column("transactions", sa.Column("note", sa.Text()), schema={schema})',
        f'op.execute(f"ALTER TABLE {{{schema}}}.transactions DROP COLUMN channel")',
    )
    for number, body in enumerate(bodies, 1):
        down = repr(f"000{number - 1}") if number > 1 else None
        project.write(
            f"migrations/versions/000{number}.py",
            f"{REVISION}{imports}\nrevision = '000{number}'\ndown_revision = {down}\n\n\ndef upgrade():\n    {body}\n",
        )
    for path, text in (files or {}).items():
        project.write(path, dedent(text))
    if assume:
        project.write("schemaguard.toml", f"[assume]\n{assume}\n")
    return project


WAYS = [
    ("from dynaconf_config import settings", "settings.DB.SCHEMA", "settings.DB.SCHEMA"),
    ("from dynaconf_config import settings as s", "s['db']['schema']", "s['db']['schema']"),
    ("from somewhere import get_settings", "get_settings().db_schema", "get_settings().db_schema"),
    ("import somewhere.config as c", "c.SCHEMA", "c.SCHEMA"),
    ("from somewhere import SCHEMA", "SCHEMA", "SCHEMA"),
    ("", "os.environ['DB_SCHEMA']", "env.DB_SCHEMA"),
    ("", "os.getenv('DB_SCHEMA')", "env.DB_SCHEMA"),
    ("from os import environ", "environ.get('DB_SCHEMA')", "env.DB_SCHEMA"),
    ("schema = os.environ.get('DB_SCHEMA')", "schema", "env.DB_SCHEMA"),
    ("config = context.config", "config.get_main_option('schema')", "option.schema"),
    ("", "context.get_x_argument(as_dictionary=True).get('schema')", "x.schema"),
    ("from decouple import config", "config('DB_SCHEMA')", "env.DB_SCHEMA"),
    ("from environs import Env\nenv = Env()\nenv.read_env()", "env.str('DB_SCHEMA')", "env.DB_SCHEMA"),
]


@pytest.mark.parametrize(("imports", "schema", "name"), WAYS)
def test_the_finding_says_which_line_to_add_and_with_it_all_is_known(
    tmp_path: Path, imports: str, schema: str, name: str
) -> None:
    without = made(tmp_path / "without", imports, schema).check()
    assert opaque(without) == 3
    assert [rule for rule, _ in broken(without)] == ["unproven"] * 3
    assert advised(without) == {line_for(name)}
    line = line_for(name).replace("…", "app")
    known = made(tmp_path / "with", imports, schema, assume=line).check()
    assert opaque(known) == 0
    assert broken(known) == [("breaks-reader", "0003.py")]
    assert not any("assume" in remark for remark in known.remarks)


def test_lines_of_toml_mean_the_same_quoted_or_not(tmp_path: Path) -> None:
    imports, schema = WAYS[0][:2]
    for number, line in enumerate(('settings.DB.SCHEMA = "app"', '"settings.DB.SCHEMA" = "app"')):
        assert opaque(made(tmp_path / str(number), imports, schema, assume=line).check()) == 0


@pytest.mark.parametrize(
    ("schema", "imports"),
    [
        ("os.getenv('DB_SCHEMA', 'app')", ""),
        ("os.environ.get('DB_SCHEMA', 'app')", ""),
        ("schema", "schema = os.getenv('DB_SCHEMA') or 'app'"),
        ("context.config.get_main_option('tenant')", ""),
        ("config('DB_SCHEMA', default='app')", "from decouple import config"),
    ],
)
def test_a_plain_default_is_taken_and_said(tmp_path: Path, schema: str, imports: str) -> None:
    result = made(tmp_path, imports, schema).check()
    assert opaque(result) == 0
    assert broken(result) == [("breaks-reader", "0003.py")]
    (remark,) = [one for one in result.remarks if "its default" in one]
    assert "is taken to be 'app'" in remark


SETTINGS = """
    from functools import lru_cache
    from pydantic import BaseModel, Field
    from pydantic_settings import BaseSettings, SettingsConfigDict


    class Database(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="DB_")
        SCHEMA: str = "app"
        HOST: str


    class Tenant(BaseModel):
        schema_name: str = Field(default="app")


    class Settings(BaseSettings):
        DB: Database = Field(default_factory=Database)
        tenant: Tenant = Tenant()
        db_schema: str = Field("app", validation_alias="DATABASE_SCHEMA")
        PREFIX: str = "ap"
        debug: bool = False

        @property
        def full(self) -> str:
            return f"{self.PREFIX}p"


    settings = Settings()


    @lru_cache
    def get_settings() -> Settings:
        return Settings()
"""


@pytest.mark.parametrize(
    "schema",
    [
        "settings.DB.SCHEMA",
        "settings.tenant.schema_name",
        "settings.db_schema",
        "get_settings().db_schema",
        "settings.full",
        "f'{settings.PREFIX}p'",
    ],
)
def test_the_default_of_a_settings_class_is_known_without_running_it(tmp_path: Path, schema: str) -> None:
    imports = "from app.config import get_settings, settings"
    result = made(tmp_path, imports, schema, files={"app/config.py": SETTINGS}).check()
    assert opaque(result) == 0
    assert broken(result) == [("breaks-reader", "0003.py")]
    assert any("is taken to be" in remark for remark in result.remarks)


@pytest.mark.parametrize("line", ['settings.DB.SCHEMA = "other"', 'env.DB_SCHEMA = "other"', 'env.db_schema = "other"'])
def test_what_is_said_counts_more_than_the_default(tmp_path: Path, line: str) -> None:
    imports = "from app.config import settings"
    project = made(tmp_path, imports, "settings.DB.SCHEMA", files={"app/config.py": SETTINGS}, assume=line)
    result = project.check()
    assert opaque(result) == 0
    assert not any(f.rule == "breaks-reader" for f in result.findings)
    assert not any("is taken to be" in remark for remark in result.remarks)


def test_a_required_setting_and_one_that_a_validator_changes_are_not_presumed(tmp_path: Path) -> None:
    text = """
        from pydantic import field_validator
        from pydantic_settings import BaseSettings


        class Settings(BaseSettings):
            needed: str
            changed: str = "app"

            @field_validator("changed")
            @classmethod
            def lower(cls, value: str) -> str:
                return value.lower()


        settings = Settings()
    """
    for name in ("needed", "changed"):
        imports = "from app.config import settings"
        project = made(tmp_path / name, imports, f"settings.{name}", files={"app/config.py": text})
        result = project.check()
        assert opaque(result) == 3
        assert advised(result) == {f'settings.{name} = "…"'}


def test_a_condition_on_a_default_stays_open(tmp_path: Path) -> None:
    """What is taken for granted in a name must not decide whether a statement runs."""
    project = made(tmp_path, "from app.config import settings", "settings.DB.SCHEMA", files={"app/config.py": SETTINGS})
    project.write(
        "migrations/versions/0004.py",
        f"{REVISION}from app.config import settings\nrevision = '0004'\ndown_revision = '0003'\n\n\ndef upgrade():\n"
        "    if settings.debug or os.getenv('STAGE', 'dev') == 'prod' or settings.PREFIX.startswith('x'):\n"
        "        op.drop_column('transactions', 'id', schema='app')\n",
    )
    found = [f for f in project.check().findings if f.rule == "breaks-reader" and f.place.file.endswith("0004.py")]
    assert len(found) == 1
    assert "if a condition holds" in found[0].message


def test_a_list_that_is_said_is_gone_over(tmp_path: Path) -> None:
    project = made(tmp_path, "from somewhere import settings", "'app'", assume='settings.TENANTS = ["app", "app"]')
    project.write(
        "migrations/versions/0004.py",
        f"{REVISION}from somewhere import settings\nrevision = '0004'\ndown_revision = '0003'\n\n\ndef upgrade():\n"
        "    for tenant in settings.TENANTS:\n"
        "        op.execute(f'ALTER TABLE {tenant}.transactions ALTER COLUMN note SET DEFAULT 1')\n",
    )
    result = project.check()
    assert [one.statements for one in result.revisions if one.id == "0004"] == [2]
    assert opaque(result) == 0


def test_what_the_code_knows_itself_is_not_said_otherwise(tmp_path: Path) -> None:
    project = made(tmp_path, "SCHEMA = 'app'", "SCHEMA", assume='SCHEMA = "other"')
    result = project.check()
    assert broken(result) == [("breaks-reader", "0003.py")]
    assert "assume: SCHEMA is not needed" in result.remarks


def test_an_assumption_that_nothing_needs_is_said_with_the_nearest_that_is(tmp_path: Path) -> None:
    imports, schema = WAYS[0][:2]
    result = made(tmp_path, imports, schema, assume='settings.DB.SHEMA = "app"').check()
    assert "assume: settings.DB.SHEMA is not needed; unknown are settings.DB.SCHEMA" in result.remarks


def test_assumptions_are_remembered_with_what_they_led_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from schemaguard.cli.main import app

    monkeypatch.setenv("SCHEMAGUARD_CACHE_DIR", str(tmp_path / "cache"))
    imports, schema = WAYS[0][:2]
    project = made(tmp_path / "p", imports, schema, assume='settings.DB.SCHEMA = "app"\nsettings.X = 1')
    monkeypatch.chdir(project.folder)
    first, second = (CliRunner().invoke(app, ["check"]).stdout for _ in range(2))
    for said in (first, second):
        assert "breaks-reader" in said
        assert "remark: assume: settings.X is not needed" in said
        assert "settings.DB.SCHEMA is not needed" not in said
    project.write("schemaguard.toml", '[assume]\nsettings.DB.SCHEMA = "other"\n')
    assert "breaks-reader" not in CliRunner().invoke(app, ["check"]).stdout


@pytest.mark.parametrize(
    ("text", "what", "next_"),
    [
        ("[assume]\nsettings.SCHEMA = 2026-01-01\n", "assume: settings.SCHEMA = ", "it has to be a text, a number"),
        ("[assume]\nenv.SIZE = 3\n", "assume: env.SIZE = 3", "it has to be a text"),
        ("[assume]\nx.tenants = ['a']\n", "assume: x.tenants = ['a']", "it has to be a text"),
        ("[assume]\nsettings.X = ['a', 1]\n", "assume: settings.X", "a list of texts or numbers"),
        ("[assume]\n'a + b' = 'c'\n", "assume: 'a + b' doesn't name a value", "as the code does"),
        ("[assume]\n'f(x)' = 'c'\n", "assume: 'f(x)' doesn't name a value", "env.NAME"),
        ("[assume]\n'a.b' = '1'\na.b = '2'\n", "assume: a.b is set twice", "remove one of the two"),
        ("assume = 'x'\n", "assume = 'x' can't be used", "it has to be a table"),
        ("[asume]\na = 'x'\n", "unknown setting 'asume'", "did you mean assume?"),
    ],
)
def test_what_cannot_be_assumed_is_refused_with_what_to_write(tmp_path: Path, text: str, what: str, next_: str) -> None:
    (tmp_path / "schemaguard.toml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        config.load(tmp_path, {})
    assert what in refused.value.what
    assert next_ in refused.value.next
