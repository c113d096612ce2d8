"""A stored inverse is carried out where it keeps every value and runs nobody's code, whoever wrote it down."""

from dataclasses import replace

import pytest

from schemaguard.catalog.apply import apply
from schemaguard.catalog.objects import Catalog
from schemaguard.errors import RefusedError
from schemaguard.releases.plan import Wanted, make_plan
from schemaguard.releases.release import AppliedChange, OperationKind, ReversalClass
from schemaguard.releases.stored_inverses import overreach
from schemaguard.sql.reading.translate import translate
from tests.unit.releases.worlds import TRANSACTIONS, ColumnsFit, before_rollback, catalog, column, day

SHAPE = """\
create type mode as enum ('chip', 'web');
create function evil() returns text language sql as 'select 1';
create function abs(mode) returns int language sql as 'select 1';
create table t (
    id bigint primary key, n bigint, s text, m mode, k mode, checked bigint check (checked > evil()), fine bigint
    check (fine between (0) and round(9.5)), odd bigint check (odd > abs(m)));
create view v as select id from t;
create sequence numbers;
create domain d as text"""
BACK = "ALTER TABLE t RENAME COLUMN n TO b"
TAKEN = (
    BACK,
    'ALTER TABLE "t" RENAME TO "a""b"',
    "ALTER TABLE t SET SCHEMA public",
    "ALTER TABLE t ALTER COLUMN n TYPE integer",
    'ALTER TABLE t ALTER COLUMN n TYPE integer USING "n"::integer',
    "ALTER TABLE t ALTER COLUMN fine TYPE numeric",
    "ALTER TABLE t ALTER COLUMN k TYPE text",
    "ALTER TABLE t ALTER COLUMN s TYPE mode USING s::mode",
    "ALTER TABLE t ALTER COLUMN n SET NOT NULL",
    "ALTER TABLE t ALTER COLUMN s SET DEFAULT evil()",
    "ALTER TABLE t ADD CONSTRAINT x CHECK (evil() > s) NOT VALID",
    "ALTER TABLE t ADD CONSTRAINT u UNIQUE (n)",
    "ALTER TABLE t DROP CONSTRAINT t_pkey",
    "CREATE INDEX x ON t (evil())",
    "CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE n > 0",
    "ALTER TYPE mode RENAME VALUE 'web' TO 'net'",
)
LEFT = (
    "ALTER ROLE alice SUPERUSER",
    "GRANT schemaguard_operator TO alice",
    "GRANT SELECT ON t TO alice",
    "ALTER TABLE t OWNER TO alice",
    "ALTER TABLE t DISABLE TRIGGER zz_schemaguard_rows",
    "DROP TRIGGER zz_schemaguard_rows ON t",
    "ALTER TRIGGER zz_schemaguard_rows ON t RENAME TO aside",
    "ALTER TABLE t ADD COLUMN x text DEFAULT evil()",
    "ALTER TABLE t DROP COLUMN s",
    "DROP TABLE t",
    "DELETE FROM t",
    "UPDATE t SET s = NULL",
    "TRUNCATE t",
    "INSERT INTO t VALUES (1)",
    "SELECT evil()",
    "DO 'begin perform evil(); end'",
    "SET session_replication_role = replica",
    "SET ROLE alice",
    "COMMIT",
    "ALTER SYSTEM SET archive_command = 'x'",
    "COPY t TO PROGRAM 'x'",
    "ALTER TABLE t ALTER COLUMN n TYPE integer USING 0",
    "ALTER TABLE t ALTER COLUMN n TYPE integer USING length(evil())",
    "ALTER TABLE t ALTER COLUMN s TYPE varchar(1) USING s::varchar(1)",
    "ALTER TABLE t ALTER COLUMN s TYPE d",
    "ALTER TABLE t ALTER COLUMN checked TYPE numeric",
    "ALTER TABLE t ALTER COLUMN odd TYPE numeric",
    "ALTER TABLE t ADD CONSTRAINT x CHECK (evil() > s)",
    "CREATE OR REPLACE FUNCTION evil() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'select 2'",
    "CREATE OR REPLACE VIEW w AS SELECT * FROM t",
    "CREATE MATERIALIZED VIEW w AS SELECT evil()",
    "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION evil()",
    "ALTER SEQUENCE numbers RESTART WITH 1",
    "ALTER TABLE t RENAME COLUMN gone TO b",
)


@pytest.fixture(scope="module")
def shape() -> Catalog:
    made = Catalog()
    for change in translate(SHAPE):
        made = apply(change, made)
    return made


@pytest.mark.parametrize("statement", TAKEN)
def test_a_change_of_shape_that_keeps_every_value_is_carried_out(shape: Catalog, statement: str) -> None:
    assert overreach((statement,), shape) is None


@pytest.mark.parametrize("statement", LEFT)
def test_whatever_else_was_written_down_is_not(shape: Catalog, statement: str) -> None:
    assert overreach((statement,), shape) == statement
    assert overreach(("ALTER TABLE t RENAME COLUMN id TO key", statement), shape) == statement
    both = f"ALTER TABLE t RENAME COLUMN id TO key; {statement}"
    assert overreach((both,), shape) == both


def test_a_rollback_says_which_inverse_it_does_not_carry_out_and_takes_another_where_one_helps() -> None:
    renamed = AppliedChange(
        id=3, revision="0008", statement="ALTER TABLE transactions RENAME COLUMN channel TO medium",
        inverse=("ALTER TABLE transactions RENAME COLUMN medium TO channel",), inverse_class=ReversalClass.INSTANT,
        applied_at=day(36), tables=frozenset({TRANSACTIONS}),
    )  # fmt: skip
    hostile = replace(renamed, id=4, inverse=(*(renamed.inverse or ()), "ALTER ROLE alice SUPERUSER"))
    first = before_rollback().applied[0]
    world = replace(
        before_rollback(), retired=(), applied=(first, renamed, hostile),
        catalog=catalog(column("medium"), column("entry_mode")),
    )  # fmt: skip
    back = Wanted(OperationKind.ROLLBACK)
    assert make_plan(world, back, ColumnsFit()).reversals[0].statements == renamed.inverse
    with pytest.raises(RefusedError) as caught:
        make_plan(replace(world, applied=(first, hostile)), back, ColumnsFit())
    assert "what revision 0008 wrote down to take it back isn't carried out: ALTER ROLE alice SUPERUSER" in str(
        caught.value
    )
