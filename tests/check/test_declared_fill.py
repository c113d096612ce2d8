"""A revision that declares what rows without a value get is not told to declare it."""

from pathlib import Path

import pytest

from tests.check.checking import checked, project

TOLD = {"rollback-needs-values", "cannot-retire"}
TABLE = 'CREATE TABLE runs (id bigint PRIMARY KEY, kind text NOT NULL, "Other One" text NOT NULL);\n'
BY_GUARD = 'applied_by = "schemaguard"\n'
ALEMBIC = """\
from alembic import op
revision = "002"
down_revision = "001"


def upgrade():
    # schemaguard: fill runs(kind) = 'batch'
    op.drop_column("runs", "kind")


def downgrade():
    op.execute("ALTER TABLE runs ADD COLUMN kind text NOT NULL")
"""
FIRST = f'from alembic import op\nrevision = "001"\ndown_revision = None\ndef upgrade():\n    op.execute({TABLE!r})\n'


def _told(folder: Path, change: str, settings: str = BY_GUARD) -> set[tuple[str, str]]:
    project(folder, {"migrations/001.sql": TABLE, "migrations/002.sql": change}, settings=settings)
    return {(f.rule, f.object) for f in checked(folder, "migrations").findings if f.rule in TOLD}


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        ("ALTER TABLE runs DROP COLUMN kind;", {"runs.kind"}),
        ("-- schemaguard: fill runs(kind) = 'batch'\nALTER TABLE runs DROP COLUMN kind;", set()),
        ("-- schemaguard: fill public.runs(kind) = 'batch'\nALTER TABLE public.runs DROP kind;", set()),
        ("-- schemaguard: fill elsewhere.runs(kind) = 'batch'\nALTER TABLE runs DROP COLUMN kind;", {"runs.kind"}),
        ("-- schemaguard: fill runs(id) = 1\nALTER TABLE runs DROP COLUMN kind;", {"runs.kind"}),
        ("-- schemaguard: fill runs(kind) = 'batch'\nALTER TABLE runs ALTER kind DROP NOT NULL;", set()),
        ('-- schemaguard: fill runs("Other One") = 1\nALTER TABLE runs DROP "Other One";', set()),
        ('-- schemaguard: fill runs("other one") = 1\nALTER TABLE runs DROP "Other One";', {"runs.Other One"}),
    ],
)
def test_what_is_declared_is_not_asked_for(tmp_path: Path, change: str, columns: set[str]) -> None:
    told = _told(tmp_path, change)
    assert {name for _, name in told} == columns
    assert not columns or {rule for rule, _ in told} == TOLD


def test_an_alembic_revision_declares_it_too(tmp_path: Path) -> None:
    files = {
        "alembic.ini": "[alembic]\nscript_location = migrations\n",
        "migrations/env.py": "",
        "migrations/versions/001.py": FIRST,
    }
    project(tmp_path, files | {"migrations/versions/002.py": ALEMBIC}, settings=BY_GUARD)
    assert not [f for f in checked(tmp_path, "alembic.ini").findings if f.rule in TOLD]
    (tmp_path / "migrations/versions/002.py").write_text(ALEMBIC.replace("schemaguard: fill", "later: fill"))
    assert {f.rule for f in checked(tmp_path, "alembic.ini").findings if f.rule in TOLD} == TOLD


def test_nobody_but_the_guard_keeps_a_fill(tmp_path: Path) -> None:
    change = "-- schemaguard: fill runs(kind) = 'batch'\nALTER TABLE runs ALTER kind DROP NOT NULL;"
    assert ("rollback-needs-values", "runs.kind") in _told(tmp_path, change, settings="")
