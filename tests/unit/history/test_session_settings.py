"""The time limits that env.py and alembic.ini say, by whatever way they reach PostgreSQL."""

from pathlib import Path

import pytest

from schemaguard.history.session_settings import settings_in_python, settings_in_text
from schemaguard.rules.facts.timeouts import milliseconds
from schemaguard.rules.judging.verdict import CheckResult
from tests.check.checking import before, checked, project
from tests.check.revisions import as_revision


@pytest.mark.parametrize(
    "source",
    [
        "connection.execute(text(\"SET lock_timeout = '4s'\"))",
        "connection.exec_driver_sql('set lock_timeout to 4s')",
        "create_engine(url, connect_args={'options': '-c lock_timeout=4s -c statement_timeout=0'})",
        "create_engine(url, connect_args={'server_settings': {'lock_timeout': '4s'}})",
        "create_engine('postgresql://h/d?options=-c%20lock_timeout%3D4s')",
        "dict(lock_timeout='4s')",
    ],
)
def test_a_limit_is_found_in_env_py(source: str) -> None:
    assert settings_in_python(source)["lock_timeout"] == "4s"


def test_what_is_no_limit_is_none() -> None:
    assert settings_in_python("# set lock_timeout = '4s'\nx = 'the lock_timeout is short'") == {}
    assert settings_in_python("def (") == {}
    assert settings_in_text("sqlalchemy.url = postgresql://h/d?options=-clock_timeout%3D250") == {"lock_timeout": "250"}


@pytest.mark.parametrize(("text", "wanted"), [("5s", 5000), ("250", 250), ("'1min'", 60_000), ("0", 0), ("soon", None)])
def test_a_duration_is_read_as_postgresql_does(text: str, wanted: float | None) -> None:
    assert milliseconds(text) == wanted


def _judged(folder: Path, env: str) -> CheckResult:
    files = {
        "migrations/env.py": env,
        "migrations/versions/1_a.py": as_revision("1", None, f"op.execute('''{before()}''')"),
        "migrations/versions/2_b.py": as_revision("2", "1", "op.add_column('notes', sa.Column('kind', sa.Text))"),
    }
    return checked(project(folder, files, settings='lock_timeout = "0"\n'), "migrations", select=("no-lock-timeout",))


def test_the_settings_stand_over_env_py_and_a_limit_of_0_is_none(tmp_path: Path) -> None:
    found = _judged(tmp_path, "LIMITS = '-c lock_timeout=4s'").findings
    assert [finding.rule for finding in found if finding.family.value == "blocking"] == ["no-lock-timeout"]
