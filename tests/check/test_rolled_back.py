"""What a migration takes back itself concerns nobody; what it only seems to take back does."""

from pathlib import Path

import pytest

from tests.check.revisions import found_in_alembic, found_in_sql

UNDONE_IN_SQL = [
    "BEGIN; DROP TABLE transactions; ROLLBACK;",
    "BEGIN; DROP TABLE transactions; ABORT;",
    "BEGIN; SAVEPOINT s; DROP TABLE transactions; ROLLBACK TO SAVEPOINT s; COMMIT;",
    "BEGIN; SAVEPOINT s; ALTER TABLE transactions DROP COLUMN channel; ROLLBACK TO s; RELEASE s; COMMIT;",
    "BEGIN; SAVEPOINT s; SAVEPOINT i; DROP TABLE notes; RELEASE i; ROLLBACK TO s; COMMIT;",
    "BEGIN; DROP TABLE notes; ROLLBACK AND CHAIN; ALTER TABLE notes ADD COLUMN extra text; COMMIT;",
    "BEGIN; DO $$ BEGIN DELETE FROM transactions; END $$; ROLLBACK;",
    "BEGIN; DELETE FROM notes; ALTER TABLE transactions RENAME TO payments; ROLLBACK;",
]
KEPT_IN_SQL = {
    "BEGIN; SAVEPOINT s; DROP TABLE transactions; RELEASE SAVEPOINT s; COMMIT;": "breaks-reader",
    "BEGIN; DROP TABLE transactions; SAVEPOINT s; SELECT 1; ROLLBACK TO s; COMMIT;": "breaks-reader",
    "BEGIN; SAVEPOINT s; DROP TABLE notes; ROLLBACK TO s; ALTER TABLE transactions DROP COLUMN channel; COMMIT;": (
        "breaks-reader"
    ),
    "DROP TABLE transactions; ROLLBACK;": "breaks-reader",
    "BEGIN; DROP TABLE transactions; COMMIT AND CHAIN; ROLLBACK;": "breaks-reader",
    # Made and taken back, it isn't the revision's own: what comes then is an older table, if there is one.
    "BEGIN; CREATE TABLE extra (a int); ROLLBACK; DROP TABLE extra;": "drop-table",
    "BEGIN; SAVEPOINT s; ROLLBACK TO nowhere; COMMIT;": "cannot-run",
    "BEGIN; ALTER TABLE notes DROP COLUMN nothing; ROLLBACK;": "cannot-run",
}
UNDONE_IN_ALEMBIC = [
    """
    op.execute("SAVEPOINT s")
    op.drop_table("transactions")
    op.execute("ROLLBACK TO SAVEPOINT s")
    """,
    """
    op.execute("SAVEPOINT s")
    op.drop_column("transactions", "channel")
    op.execute(sa.text("ROLLBACK TO s"))
    op.execute("RELEASE s")
    op.add_column("transactions", sa.Column("extra", sa.Text()))
    """,
    """
    op.drop_column("transactions", "channel")
    op.execute("ROLLBACK")
    """,
    """
    nested = op.get_bind().begin_nested()
    op.drop_column("transactions", "channel")
    nested.rollback()
    """,
    """
    try:
        with op.get_bind().begin_nested():
            op.drop_column("transactions", "channel")
            op.drop_column("transactions", "nothing")
    except sa.exc.ProgrammingError:
        pass
    """,
    """
    op.drop_column("transactions", "channel")
    op.get_bind().rollback()
    """,
]
KEPT_IN_ALEMBIC = [
    """
    op.execute("SAVEPOINT s")
    op.drop_column("transactions", "channel")
    op.execute("RELEASE SAVEPOINT s")
    """,
    """
    op.drop_column("transactions", "channel")
    op.execute("SAVEPOINT s")
    op.drop_table("notes")
    op.execute("ROLLBACK TO SAVEPOINT s")
    """,
    """
    nested = op.get_bind().begin_nested()
    op.drop_column("transactions", "channel")
    nested.commit()
    """,
    """
    op.execute("SAVEPOINT s")
    op.drop_column("transactions", "channel")
    if op.get_bind().execute(sa.text("SELECT 1")).scalar():
        op.execute("ROLLBACK TO SAVEPOINT s")
    """,
    """
    op.drop_column("transactions", "channel")
    op.execute("COMMIT")
    op.execute("ROLLBACK")
    """,
]


@pytest.mark.parametrize("change", UNDONE_IN_SQL)
def test_what_sql_rolls_back_is_no_finding(tmp_path: Path, change: str) -> None:
    assert found_in_sql(tmp_path, change) == []


@pytest.mark.parametrize(("change", "rule"), KEPT_IN_SQL.items())
def test_what_sql_does_not_roll_back_is_found(tmp_path: Path, change: str, rule: str) -> None:
    assert rule in found_in_sql(tmp_path, change)


@pytest.mark.parametrize("change", UNDONE_IN_ALEMBIC)
def test_what_a_revision_rolls_back_is_no_finding(tmp_path: Path, change: str) -> None:
    # That the revision ends Alembic's own transaction is another matter.
    assert [rule for rule in found_in_alembic(tmp_path, change) if rule != "nested-transaction"] == []


@pytest.mark.parametrize("change", KEPT_IN_ALEMBIC)
def test_what_a_revision_does_not_roll_back_is_found(tmp_path: Path, change: str) -> None:
    assert "breaks-reader" in found_in_alembic(tmp_path, change)
