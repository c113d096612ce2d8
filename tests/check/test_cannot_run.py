"""What can't run is said so: the name that was meant, where it is certain, and what it keeps from being said."""

from pathlib import Path

import pytest

from schemaguard.finding import Severity
from schemaguard.rules.judging.verdict import CheckResult
from tests.check.checking import before, checked, project

_HEAD = """import sqlalchemy as sa
from alembic import op

revision = "b"
down_revision = "a"


def upgrade():
"""
_FIRST = """import sqlalchemy as sa
from alembic import op

revision = "a"
down_revision = None


def upgrade():
    op.create_table("item", sa.Column("id", sa.Integer, primary_key=True), sa.Column("description", sa.Text))
"""


def _alembic(folder: Path, body: str) -> CheckResult:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    files = {"versions/a.py": _FIRST, "versions/b.py": _HEAD + lines}
    return checked(project(folder, files), "versions")


_BESIDE = ("no-downgrade", "no-contract", "int-key", "serial-column", "naive-timestamp", "varchar-limit")
"""What is said of the tables of these tests, whatever can't run."""


def _rules(result: CheckResult) -> list[str]:
    return [found.rule for found in result.findings if found.rule not in _BESIDE]


def test_a_typo_says_which_name_was_meant_and_not_that_values_are_gone(tmp_path: Path) -> None:
    result = _alembic(tmp_path, 'op.drop_column("item", "descripton")')
    assert _rules(result) == ["cannot-run"]
    (found,) = (finding for finding in result.findings if finding.rule == "cannot-run")
    assert found.message == "no such column item.descripton; did you mean description?"
    assert found.severity is Severity.ERROR
    assert "42703" in found.effect


def test_a_name_that_is_like_no_other_has_no_suggestion(tmp_path: Path) -> None:
    result = _alembic(tmp_path, 'op.drop_column("item", "zzz")')
    assert [found.message for found in result.findings if found.rule == "cannot-run"] == ["no such column item.zzz"]


@pytest.mark.parametrize(
    "body",
    [
        'if unknown():\n    op.drop_column("item", "descripton")',
        'if unknown():\n    op.add_column("item", sa.Column("size", sa.Integer))\nop.drop_column("item", "size")',
        'op.execute("DO $$ BEGIN ALTER TABLE item ADD COLUMN size int; END $$")\nop.drop_column("item", "size")',
        'op.execute("SELECT app_install()")\nop.drop_column("item", "size")',
        'op.drop_column("made_elsewhere", "size")',
        'op.execute("ALTER TABLE IF EXISTS made_elsewhere DROP COLUMN size")',
        'op.execute("CREATE TABLE IF NOT EXISTS legacy (id int)")\nop.drop_column("legacy", "size")',
        'op.execute("ALTER TABLE item ADD COLUMN IF NOT EXISTS size int")\nop.drop_column("item", "other")',
    ],
)
def test_what_something_else_may_have_made_is_not_called_unable_to_run(body: str, tmp_path: Path) -> None:
    assert "cannot-run" not in _rules(_alembic(tmp_path, body))


@pytest.mark.parametrize(
    ("body", "sqlstate"),
    [
        ('op.create_table("item", sa.Column("id", sa.Integer))', "42P07"),
        ('op.add_column("item", sa.Column("description", sa.Text))', "42701"),
        ('op.alter_column("item", "nam", new_column_name="name")', "42703"),
        ('op.drop_constraint("nope", "item")', "42704"),
        ('op.create_foreign_key(None, "item", "item", ["description"], ["id"])', "42804"),
        ('op.execute("CREATE VIEW v AS SELECT description FROM item")\nop.drop_column("item", "description")', "2BP01"),
        ("op.execute(\"CREATE TYPE m AS ENUM ('a')\")\nop.execute(\"CREATE TYPE m AS ENUM ('b')\")", "42710"),
    ],
)
def test_what_the_server_certainly_refuses_is_an_error(body: str, sqlstate: str, tmp_path: Path) -> None:
    found = [finding for finding in _alembic(tmp_path, body).findings if finding.rule == "cannot-run"]
    assert len(found) == 1
    assert sqlstate in found[0].effect


def test_a_refused_statement_about_a_table_under_contract_stays_unproven(tmp_path: Path) -> None:
    folder = project(
        tmp_path,
        {"migrations/1.sql": before(), "migrations/2.sql": "ALTER TABLE transactions DROP COLUMN amuont;"},
    )
    rules = _rules(checked(folder, "migrations"))
    assert "cannot-run" in rules
    assert "unproven" in rules
    assert "drop-column" not in rules


def test_a_value_is_not_used_in_the_transaction_that_adds_it(tmp_path: Path) -> None:
    body = (
        "op.execute(\"ALTER TYPE mood ADD VALUE 'new'\")\n"
        'op.add_column("item", sa.Column("mood", sa.Enum("a", "new", name="mood"), server_default="new"))'
    )
    first = _FIRST.replace("def upgrade():\n", "def upgrade():\n    op.execute(\"CREATE TYPE mood AS ENUM ('a')\")\n")
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    files = {"versions/a.py": first, "versions/b.py": _HEAD + lines}
    assert "cannot-run" in _rules(checked(project(tmp_path / "one", files), "versions"))
    apart = lines.replace("    op.execute", "    with op.get_context().autocommit_block():\n        op.execute")
    files["versions/b.py"] = _HEAD + apart
    assert "cannot-run" not in _rules(checked(project(tmp_path / "other", files), "versions"))
