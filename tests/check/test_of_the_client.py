"""What a contract names is what its client finds, whatever the session of a migration looks at."""

from pathlib import Path

import pytest

from tests.check.worker import JOBS, checked_alembic, checked_sql, on_contract

OTHERS = "CREATE SCHEMA s; CREATE TABLE s.jobs (LIKE public.jobs)"
BROKEN = {
    "another schema is looked at first": f"{OTHERS}; SET search_path = s, public; ALTER TABLE public.jobs DROP amount",
    "a temporary table has the name": (
        "CREATE TEMP TABLE jobs AS TABLE public.jobs; ALTER TABLE public.jobs DROP amount"),
    "an operator is dropped with all that hangs on it": "DROP OPERATOR === (int, int) CASCADE",
    "a server is dropped with all that hangs on it": "DROP SERVER c CASCADE",
    "a cast is dropped with all that hangs on it": "DROP CAST (text AS job_state) CASCADE",
}  # fmt: skip
LEFT = {
    "a table of another schema is changed": f"{OTHERS}; SET search_path = s, public; ALTER TABLE jobs DROP amount",
    "a temporary table is changed": "CREATE TEMP TABLE jobs (id int, amount int); ALTER TABLE jobs DROP amount",
    "an operator is dropped": "DROP OPERATOR === (int, int)",
    "statistics are dropped": "DROP STATISTICS few CASCADE",
    "nothing is looked at": "SET search_path = ''; ALTER TABLE public.jobs ADD extra int",
}


def _made(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_what_reaches_the_clients_table_is_found(tmp_path: Path, change: str) -> None:
    assert on_contract(checked_sql(_made(tmp_path, "sql"), JOBS, change), "002")
    upgrade = f"def upgrade():\n    op.execute({change!r})\n"
    made = f"def upgrade():\n    op.execute({JOBS!r})\n"
    assert on_contract(checked_alembic(_made(tmp_path, "alembic"), made, upgrade), "002")


@pytest.mark.parametrize("change", LEFT.values(), ids=LEFT.keys())
def test_what_only_the_session_of_the_migration_sees_is_left(tmp_path: Path, change: str) -> None:
    assert on_contract(checked_sql(_made(tmp_path, "sql"), JOBS, change), "002") == []
    upgrade = f"def upgrade():\n    op.execute({change!r})\n"
    made = f"def upgrade():\n    op.execute({JOBS!r})\n"
    assert on_contract(checked_alembic(_made(tmp_path, "alembic"), made, upgrade), "002") == []


def test_a_table_that_was_made_elsewhere_may_be_there_when_a_revision_asks(tmp_path: Path) -> None:
    upgrade = """
def upgrade():
    if sa.inspect(op.get_bind()).has_table("jobs"):
        op.drop_column("jobs", "amount")
"""
    assert on_contract(checked_alembic(tmp_path, upgrade), "001")
