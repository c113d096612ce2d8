import pytest

from schemaguard.catalog.types import parse_type
from schemaguard.history.revision import Phase
from schemaguard.rules.facts.phase import is_widening, phase
from tests.unit.rules.runs import run_of


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("", Phase.NONE),
        ("SELECT 1; COMMENT ON TABLE t IS 'x'; SET lock_timeout = '1s'", Phase.NONE),
        ("ALTER TABLE t ADD COLUMN c text", Phase.EXPAND),
        ("CREATE TABLE u (id bigint); CREATE INDEX ON t (a)", Phase.EXPAND),
        ("ALTER TYPE mood ADD VALUE 'sad'", Phase.EXPAND),
        ("ALTER TABLE t ALTER COLUMN a DROP NOT NULL", Phase.EXPAND),
        ("ALTER TABLE t ALTER COLUMN a TYPE bigint", Phase.EXPAND),
        ("ALTER TABLE t ADD COLUMN c text; UPDATE t SET c = b", Phase.EXPAND),
        ("UPDATE t SET b = 'x' WHERE b IS NULL", Phase.BACKFILL),
        ("INSERT INTO t (id, a) VALUES (1, 1)", Phase.BACKFILL),
        ("ALTER TABLE t DROP COLUMN b", Phase.CONTRACT),
        ("DROP TABLE t", Phase.CONTRACT),
        ("ALTER TABLE t ALTER COLUMN b SET NOT NULL", Phase.CONTRACT),
        ("ALTER TABLE t ADD COLUMN c text NOT NULL", Phase.CONTRACT),
        ("ALTER TABLE t ALTER COLUMN a TYPE smallint", Phase.CONTRACT),
        ("ALTER TABLE t ADD CHECK (a > 0)", Phase.CONTRACT),
        ("UPDATE t SET b = ''; ALTER TABLE t ALTER COLUMN b SET NOT NULL", Phase.CONTRACT),
        ("ALTER TABLE t ADD COLUMN c text; ALTER TABLE t DROP COLUMN b", Phase.MIXED),
        ("ALTER TABLE t RENAME COLUMN b TO c", Phase.MIXED),
        ("DO $$ BEGIN EXECUTE 'x' || 'y'; END $$", Phase.MIXED),
        # What is done to a table of one's own concerns nobody.
        ("CREATE TABLE u (id bigint); ALTER TABLE u DROP COLUMN id; INSERT INTO u DEFAULT VALUES", Phase.EXPAND),
    ],
)
def test_the_phase_of_a_revision(sql: str, expected: Phase) -> None:
    assert phase(run_of(sql)) is expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("integer", "bigint", True),
        ("bigint", "integer", False),
        ("varchar(10)", "varchar(20)", True),
        ("varchar(10)", "text", True),
        ("varchar", "varchar(20)", False),
        ("text", "varchar", True),
        ("numeric(12,2)", "numeric(14,2)", True),
        ("numeric(12,2)", "numeric(14,4)", True),
        ("numeric(12,2)", "numeric(12,4)", False),
        ("numeric(12,2)", "numeric", True),
        ("numeric", "numeric(12,2)", False),
        ("integer", "bigint[]", False),
        ("integer", "text", False),
    ],
)
def test_a_widening_holds_every_old_value(old: str, new: str, expected: bool) -> None:
    assert is_widening(parse_type(old), parse_type(new)) is expected
