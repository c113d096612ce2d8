"""What starting up may cost: the heavy libraries load inside the verb that needs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"mlflow", "pandera", "sqlalchemy", "alembic", "psycopg", "pandas", "numpy", "sqlglot", "fastapi", "sklearn"}
PROGRAM = """\
import sys
from pathlib import Path
{action}
print(sorted({heavy!r} & set(sys.modules)))
"""
HELP = """\
sys.argv = ["schemaguard", *{arguments!r}]
from schemaguard.cli.main import main
try:
    main()
except SystemExit:
    pass"""


@pytest.mark.parametrize(
    "action",
    ["import schemaguard", HELP.format(arguments=["--help"]), HELP.format(arguments=["--version"])],
    ids=["import", "help", "version"],
)
def test_starting_up_loads_no_heavy_library(action: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(action=action, heavy=HEAVY)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_history_that_is_remembered_is_read_without_the_libraries_that_found_it_out(tmp_path: Path) -> None:
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "a.py").write_text(
        "from alembic import op\nrevision = 'a'\ndown_revision = None\n\n"
        "def upgrade():\n    op.execute('CREATE TABLE t ()')\n"
    )
    heavy = HEAVY | {"pydantic", "schemaguard.history.sql_runner", "schemaguard.evaluation"}
    program = PROGRAM.format(action=HELP.format(arguments=["catalog", "versions", "--format", "json"]), heavy=heavy)
    environ = {**os.environ, "SCHEMAGUARD_CACHE_DIR": str(tmp_path / "cache")}
    cold, warm = (
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path, env=environ
        ).stdout
        for _ in range(2)
    )
    assert "sqlalchemy" in cold.splitlines()[-1]
    assert warm.splitlines()[-1] == "[]"
    assert warm.splitlines()[:-1] == cold.splitlines()[:-1]


def test_statements_that_were_said_before_are_said_without_what_reads_migrations(tmp_path: Path) -> None:
    (tmp_path / "1_a.sql").write_text("create table t ();\n")
    heavy = {*HEAVY, "pydantic", "rich.console", "schemaguard.catalog.objects", "schemaguard.commands.histories"}
    program = PROGRAM.format(action=HELP.format(arguments=["sql", ".", "base:heads"]), heavy=heavy)
    environ = {**os.environ, "SCHEMAGUARD_CACHE_DIR": str(tmp_path / "cache")}
    cold, warm = (
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path, env=environ
        ).stdout
        for _ in range(2)
    )
    assert "schemaguard.catalog.objects" in cold.splitlines()[-1]
    assert warm.splitlines()[-1] == "[]"
    assert warm.splitlines()[:-1] == cold.splitlines()[:-1]


def test_a_check_of_sql_without_contracts_loads_nothing_that_judges_them(tmp_path: Path) -> None:
    (tmp_path / "1_a.sql").write_text("create table t (id bigint primary key);\nalter table t add column a text;\n")
    judging = {"contracts.compatibility.judgement", "rules.facts.explaining", "sql.writing.operations", "catalog.locks"}
    heavy = {*HEAVY, "typer", "difflib", "getpass", *(f"schemaguard.{module}" for module in judging)}
    program = PROGRAM.format(action=HELP.format(arguments=["check", ".", "--no-cache"]), heavy=heavy)
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "PASSED" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_verb_loads_no_other_verb() -> None:
    program = "import sys\n" + HELP.format(arguments=["sql", "--nothing"])
    program += "\nprint(sorted(name for name in sys.modules if name.startswith('schemaguard.cli.')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    parts = ["app", "coercion", "examples", "leaving", "main", "ondemand", "sql", "verbs"]
    assert done.stdout.splitlines()[-1] == str([f"schemaguard.cli.{part}" for part in parts])


def test_an_option_that_is_not_evidently_right_is_read_and_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "schemaguard.cli", "catalog", "--format", "xml"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "is not one of" in done.stderr


def test_a_plain_revision_is_evaluated_without_the_orm(tmp_path: Path) -> None:
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "a.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'a'\ndown_revision = None\n\n"
        "def upgrade():\n    op.create_table('t', sa.Column('a', sa.Text))\n"
        "    op.bulk_insert(sa.table('t', sa.column('a')), [{'a': 'x'}])\n"
    )
    program = PROGRAM.format(
        action=HELP.format(arguments=["check", "versions", "--no-cache"]), heavy={"sqlalchemy", "sqlalchemy.orm"}
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "['sqlalchemy']"
