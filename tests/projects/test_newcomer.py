"""A newcomer's first hour: a project made by Alembic's own command, `init`, `check` finds, `fix` mends, green."""

import time
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from typer.testing import CliRunner

from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.cli.main import app
from schemaguard.commands.catalog import live_catalog
from tests.conftest import unguarded
from tests.projects.scratch import Project

BODIES = (
    """op.create_table("customers", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("email", sa.Text()))
    op.create_table(
        "orders", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("customer_id", sa.BigInteger()),
        sa.Column("amount", sa.Numeric(12, 2)), sa.Column("Full Name", sa.Text()))""",
    """op.create_index("ix_orders_customer", "orders", ["customer_id"])""",
    """op.create_foreign_key("fk_orders_customer", "orders", "customers", ["customer_id"], ["id"])""",
    """op.create_check_constraint("ck_amount", "orders", "amount >= 0")""",
    """op.alter_column("orders", "amount", existing_type=sa.Numeric(12, 2), nullable=False)""",
    """op.create_unique_constraint("uq_email", "customers", ["email"])""",
    """op.add_column("orders", sa.Column("placed", sa.DateTime(timezone=True), server_default=sa.text("now()")))""",
    """op.create_index("ix_name", "orders", ["Full Name"])""",
    """op.add_column("orders", sa.Column("paid", sa.Boolean()))""",
    """op.drop_index("ix_name", table_name="orders")""",
)
"""What a shop's developers write on the first day; most of it locks out traffic."""
PLANTED = {
    "0002": "index-not-concurrent", "0003": "foreign-key-not-deferred", "0004": "check-not-deferred",
    "0005": "set-not-null-scan", "0006": "unique-scan", "0008": "index-not-concurrent",
}  # fmt: skip
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "{n:04}"
down_revision = {down}


def upgrade() -> None:
    {body}


def downgrade() -> None:
    raise NotImplementedError("there is no way back")
"""


def newcomer(folder: Path) -> Project:
    """The project, as Alembic lays it out, with the ten revisions."""
    project = Project(folder)
    (folder / "contracts/fraud/7.odcs.yaml").unlink()
    project.run("alembic", "init", "migrations")
    for number, body in enumerate(BODIES, 1):
        down = f'"{number - 1:04}"' if number > 1 else None
        project.write(f"migrations/versions/{number:04}_step.py", REVISION.format(n=number, down=down, body=body))
    return project


def run(project: Project, *words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.stdout


def test_init_check_fix_and_it_is_green(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = newcomer(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCHEMAGUARD_CACHE_DIR", str(tmp_path / ".cache"))
    start = time.perf_counter()
    run(project, "init", "--yes", "--ci", "github")
    before = project.check()
    assert {f.revision: f.rule for f in before.findings if f.severity == "error" and f.headline} == PLANTED
    assert "new revision" in run(project, "fix", "--write")
    after = project.check()
    left = [one for one in after.findings if one.suppressed is None and one.severity != "note"]
    assert (after.errors, after.exit_code) == (0, 0)
    # What can't be mended mechanically stays a warning.
    assert [one.message for one in left if one.family == "blocking"] == []
    assert "nothing to mend" in run(project, "fix", "--write")
    print(f"from init to green: {time.perf_counter() - start:.1f} s")  # noqa: T201 - pytest shows it with -s


def upgraded(project: Project, url: str) -> Catalog:
    """The catalog that a real server has after Alembic ran the whole history."""
    settings = Config(str(project.folder / "alembic.ini"))
    settings.set_main_option("sqlalchemy.url", url.replace("postgresql://", "postgresql+psycopg://").replace("%", "%%"))
    settings.set_main_option("script_location", str(project.folder / "migrations"))
    with unguarded():
        command.upgrade(settings, "head")
    return live_catalog(url).catalog


def test_a_server_has_the_same_catalog_after_the_mended_history(
    tmp_path: Path, server18: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.conftest import fresh

    project = newcomer(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCHEMAGUARD_CACHE_DIR", str(tmp_path / ".cache"))
    with fresh(server18) as url:
        written = upgraded(project, url)
    run(project, "fix", "--write")
    with fresh(server18) as url:
        mended = upgraded(project, url)
    assert [str(one) for one in difference(written, mended)] == []
