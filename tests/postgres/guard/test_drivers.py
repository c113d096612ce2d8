"""The guard in the env.py of Alembic's own templates, with each driver: what is dropped is retired, rows are kept."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres.guard.attacks import field
from tests.postgres.guard.attacks.field import Field

LINES = (
    'op.drop_column("t", "n")',
    'op.add_column("t", sa.Column("z", sa.Text))',
    "ALTER TABLE u ADD COLUMN q int, DROP COLUMN a",
    "UPDATE t SET z = 'x'",
)
PROJECTS = (("psycopg", "generic"), ("psycopg", "async"), ("psycopg2", "generic"), ("asyncpg", "async"))


@pytest.fixture(scope="module")
def there(server: str) -> Field:
    return field.lay_out(server)


def alembic(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "alembic", *arguments]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False, env=dict(os.environ))


def lay_out(folder: Path, template: str, url: str, lines: tuple[str, ...]) -> None:
    made = alembic(folder, "init", "-t", template, "migrations")
    assert made.returncode == 0, made.stderr
    env = folder / "migrations" / "env.py"
    env.write_text(
        env.read_text().replace(
            "from alembic import context", "from alembic import context\nimport schemaguard.guard", 1
        )
    )
    settings = folder / "alembic.ini"
    there = url.replace("%", "%%")
    settings.write_text(re.sub(r"sqlalchemy.url = .*", lambda _: f"sqlalchemy.url = {there}", settings.read_text()))
    (folder / "migrations" / "versions" / "0001.py").write_text(field.revision(lines))


@pytest.mark.parametrize(("driver", "template"), PROJECTS)
def test_a_project_with_this_driver_retires_what_it_drops(
    there: Field, tmp_path: Path, driver: str, template: str
) -> None:
    with there.copy(there.free) as url:
        lay_out(tmp_path, template, url.replace("postgresql://", f"postgresql+{driver}://"), LINES)
        done = alembic(tmp_path, "upgrade", "head")
        assert done.returncode == 0, done.stderr
        assert field.retired(url) == {"public.t.n", "public.u.a"}
        assert field.lost(url) == frozenset()


@pytest.mark.parametrize(("driver", "template"), PROJECTS[2:])
def test_a_refusal_is_said_without_a_traceback(there: Field, tmp_path: Path, driver: str, template: str) -> None:
    with there.copy(there.promised) as url:
        lay_out(
            tmp_path,
            template,
            url.replace("postgresql://", f"postgresql+{driver}://"),
            ("DO $$ BEGIN DELETE FROM u; END $$",),
        )
        done = alembic(tmp_path, "upgrade", "head")
        assert done.returncode != 0
        assert "DELETE would change or delete values of public.u" in " ".join((done.stdout + done.stderr).split())
        assert "Traceback" not in done.stderr
        assert field.lost(url) == frozenset()
