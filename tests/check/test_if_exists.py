"""IF EXISTS of what no migration has made does nothing; of what is there, or may be, it is judged."""

from pathlib import Path

import psycopg
import pytest

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.history.history import Section
from schemaguard.history.sql_runner import run_section
from tests.check.checking import before, checked, project, rules_of
from tests.check.revisions import found_in_alembic, found_in_sql

NOTHING_IN_SQL = [
    'ALTER TABLE IF EXISTS "old users" DROP COLUMN "select";',
    "ALTER TABLE IF EXISTS gone RENAME COLUMN a TO b;",
    "ALTER TABLE IF EXISTS gone RENAME TO transactions2;",
    "ALTER TABLE IF EXISTS ONLY gone ALTER COLUMN a TYPE bigint, DROP COLUMN IF EXISTS b;",
    "ALTER TABLE IF EXISTS gone ADD COLUMN a int NOT NULL; CREATE TABLE gone (id bigint PRIMARY KEY);",
    "ALTER TABLE IF EXISTS elsewhere.transactions DROP COLUMN channel;",
    "ALTER VIEW IF EXISTS gone RENAME TO other;",
    "ALTER INDEX IF EXISTS gone RENAME TO other;",
    "ALTER SEQUENCE IF EXISTS gone RESTART;",
    "ALTER MATERIALIZED VIEW IF EXISTS gone RENAME COLUMN a TO b;",
    "DROP TABLE IF EXISTS gone CASCADE;",
    "DROP VIEW IF EXISTS gone; DROP MATERIALIZED VIEW IF EXISTS gone; DROP SEQUENCE IF EXISTS gone;",
    "DROP TYPE IF EXISTS gone; DROP FUNCTION IF EXISTS gone(); DROP INDEX IF EXISTS gone;",
    "ALTER TABLE notes DROP COLUMN IF EXISTS nothing, DROP CONSTRAINT IF EXISTS nothing;",
    "DROP TRIGGER IF EXISTS x ON gone; DROP POLICY IF EXISTS x ON notes;",
]
FOUND_IN_SQL = {
    "ALTER TABLE IF EXISTS transactions DROP COLUMN channel;": "breaks-reader",
    "ALTER TABLE IF EXISTS ONLY transactions RENAME COLUMN channel TO way;": "breaks-reader",
    "DROP TABLE IF EXISTS gone, transactions;": "breaks-reader",
    "ALTER TABLE transactions DROP COLUMN IF EXISTS channel;": "breaks-reader",
    "ALTER TABLE IF EXISTS notes DROP COLUMN body;": "drop-column",
    "DROP TABLE IF EXISTS notes;": "drop-table",
    # Something that can't be read may have made it.
    "DO $$ BEGIN PERFORM make(); END $$; ALTER TABLE IF EXISTS gone DROP COLUMN a;": "drop-column",
    "ALTER TABLE gone DROP COLUMN a;": "drop-column",
    "ALTER TABLE IF EXISTS gone DROP COLUMN;": "syntax-error",
}
NOTHING_IN_ALEMBIC = [
    "op.execute('ALTER TABLE IF EXISTS gone DROP COLUMN a')",
    "op.drop_table('gone', if_exists=True)",
    "op.drop_column('notes', 'nothing', if_exists=True)",
    "op.execute('-- tidy\\nALTER TABLE IF EXISTS gone RENAME TO other')",
]
FOUND_IN_ALEMBIC = {
    "op.execute('ALTER TABLE IF EXISTS transactions DROP COLUMN channel')": "breaks-reader",
    "op.drop_table('transactions', if_exists=True)": "breaks-reader",
    "op.drop_column('transactions', 'channel', if_exists=True)": "breaks-reader",
    "import os\nop.execute(f\"ALTER TABLE IF EXISTS {os.environ['T']} DROP COLUMN channel\")": "opaque-statement",
}


@pytest.mark.parametrize("change", NOTHING_IN_SQL)
def test_of_what_is_not_there_sql_does_nothing(tmp_path: Path, change: str) -> None:
    assert found_in_sql(tmp_path, change) == []


@pytest.mark.parametrize(("change", "rule"), FOUND_IN_SQL.items())
def test_of_what_is_there_or_may_be_sql_is_judged(tmp_path: Path, change: str, rule: str) -> None:
    assert rule in found_in_sql(tmp_path, change)


@pytest.mark.parametrize("change", NOTHING_IN_ALEMBIC)
def test_of_what_is_not_there_a_revision_does_nothing(tmp_path: Path, change: str) -> None:
    assert found_in_alembic(tmp_path, change) == []


@pytest.mark.parametrize(("change", "rule"), FOUND_IN_ALEMBIC.items())
def test_of_what_is_there_or_may_be_a_revision_is_judged(tmp_path: Path, change: str, rule: str) -> None:
    assert rule in found_in_alembic(tmp_path, change)


def test_a_table_under_contract_is_taken_to_be_there_though_no_migration_makes_it(tmp_path: Path) -> None:
    files = {
        "migrations/001.sql": "CREATE TABLE other (a int);",
        "migrations/002.sql": "ALTER TABLE IF EXISTS transactions DROP COLUMN channel;",
    }
    assert "breaks-reader" in rules_of(checked(project(tmp_path, files), "migrations"))


def test_a_single_file_takes_its_tables_for_granted(tmp_path: Path) -> None:
    folder = project(tmp_path, {"one.sql": "ALTER TABLE IF EXISTS gone DROP COLUMN a;"})
    assert rules_of(checked(folder, "one.sql")) == ["drop-column"]


@pytest.mark.parametrize("change", [one for one in NOTHING_IN_SQL if "elsewhere" not in one])
def test_the_server_has_nothing_of_it_either(each_database: str, change: str) -> None:
    with psycopg.connect(each_database, autocommit=True) as connection:
        connection.execute(before().encode())
        connection.execute(change.encode())
        there = read_catalog(connection)
    folded = run_section(Section("1.sql", before() + change), Catalog())[-1].after
    assert difference(there, folded) == ()
