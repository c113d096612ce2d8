"""A table under contract that was made elsewhere: every kind of change that names it is judged, or is harmless."""

from pathlib import Path
from typing import get_args

import pytest

from schemaguard.catalog.changes import Change
from schemaguard.sql.reading.translate import translate
from tests.check.worker import checked_alembic, checked_sql, on_contract

CREATED = "CREATE TABLE IF NOT EXISTS jobs (id bigint PRIMARY KEY, state job_state, amount numeric(12,2) NOT NULL)"
JUDGED: dict[str, tuple[str, ...]] = {
    "AddColumn": ("ALTER TABLE jobs ADD COLUMN owner text NOT NULL",),
    "AddConstraint": (
        "ALTER TABLE jobs ADD CONSTRAINT big CHECK (amount > 100)",
        "ALTER TABLE jobs ADD CONSTRAINT one UNIQUE (state)",
        "ALTER TABLE jobs ADD FOREIGN KEY (state) REFERENCES states (name)",
        "ALTER TABLE jobs ADD CONSTRAINT big CHECK (amount > 100) NOT VALID",
    ),
    "AddEnumValue": ("ALTER TYPE job_state ADD VALUE 'lost'",),
    "AttachPartition": ("ALTER TABLE all_jobs ATTACH PARTITION jobs FOR VALUES FROM (0) TO (10)",),
    "ChangeOwner": ("ALTER TABLE jobs OWNER TO somebody",),
    "CreateIndex": (
        "CREATE UNIQUE INDEX one ON jobs (state)",
        "CREATE UNIQUE INDEX CONCURRENTLY one ON jobs (lower(state::text))",
        "CREATE UNIQUE INDEX one ON jobs (state) WHERE amount > 0",
    ),
    "CreatePolicy": (
        "CREATE POLICY own ON jobs USING (owner = current_user)",
        "ALTER POLICY own ON jobs USING (false)",
        "CREATE POLICY few ON jobs AS RESTRICTIVE USING (amount > 5)",
    ),
    "CreateTrigger": ("CREATE TRIGGER t BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION swallow()",),
    "DeleteRows": ("DELETE FROM jobs WHERE state = 'done'", "WITH gone AS (DELETE FROM jobs RETURNING id) SELECT 1"),
    "DetachPartition": (
        "ALTER TABLE jobs DETACH PARTITION jobs_2023",
        "ALTER TABLE jobs DETACH PARTITION jobs_2023 CONCURRENTLY",
    ),
    "DropColumn": ("ALTER TABLE jobs DROP COLUMN amount", "ALTER TABLE jobs DROP COLUMN IF EXISTS state CASCADE"),
    "DropConstraint": ("ALTER TABLE jobs DROP CONSTRAINT jobs_state_check",),
    "DropDefault": ("ALTER TABLE jobs ALTER COLUMN owner DROP DEFAULT",),
    "DropIndex": ("DROP INDEX jobs_id_key",),
    "DropNotNull": ("ALTER TABLE jobs ALTER COLUMN amount DROP NOT NULL",),
    "DropObject": (
        "DROP SCHEMA public CASCADE",
        "DROP VIEW jobs",
        "DROP MATERIALIZED VIEW IF EXISTS jobs",
        "DROP TRIGGER t ON jobs",
        "DROP POLICY own ON jobs",
        "DROP RULE r ON jobs",
        "DROP TYPE job_state CASCADE",
    ),
    "DropTable": ("DROP TABLE jobs", "DROP TABLE IF EXISTS public.jobs CASCADE"),
    "EnableTrigger": ("ALTER TABLE jobs ENABLE TRIGGER t", "ALTER TABLE jobs DISABLE TRIGGER ALL"),
    "MoveObject": ("ALTER VIEW jobs SET SCHEMA attic",),
    "MoveTable": ("ALTER TABLE jobs SET SCHEMA attic",),
    "Opaque": ("DO $$ BEGIN EXECUTE 'ALTER TABLE jobs DROP COLUMN amount'; END $$",),
    "RenameColumn": ("ALTER TABLE jobs RENAME COLUMN amount TO amt", 'ALTER TABLE ONLY "jobs" RENAME "amount" TO amt'),
    "RenameEnumValue": ("ALTER TYPE job_state RENAME VALUE 'todo' TO 'open'",),
    "RenameObject": ("ALTER VIEW jobs RENAME TO tasks", "ALTER SCHEMA public RENAME TO attic"),
    "RenameTable": ("ALTER TABLE jobs RENAME TO tasks", "ALTER TABLE IF EXISTS jobs RENAME TO tasks"),
    "RetypeColumn": ("ALTER TABLE jobs ALTER COLUMN amount TYPE integer",),
    "RevokeAccess": (
        "REVOKE SELECT ON jobs FROM worker",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM worker",
        "REVOKE USAGE ON SCHEMA public FROM worker",
        "REVOKE UPDATE (amount) ON jobs FROM worker",
    ),
    "SetDefault": ("ALTER TABLE jobs ALTER COLUMN state SET DEFAULT 'done'",),
    "SetGenerated": ("ALTER TABLE jobs ALTER COLUMN state DROP EXPRESSION",),
    "SetIdentity": (
        "ALTER TABLE jobs ALTER COLUMN id SET GENERATED ALWAYS",
        "ALTER TABLE jobs ALTER COLUMN number DROP IDENTITY",
    ),
    "SetInheritance": (),
    "SetNotNull": ("ALTER TABLE jobs ALTER COLUMN state SET NOT NULL", "ALTER TABLE jobs ALTER owner SET NOT NULL"),
    "SetRowSecurity": ("ALTER TABLE jobs ENABLE ROW LEVEL SECURITY", "ALTER TABLE jobs FORCE ROW LEVEL SECURITY"),
    "TruncateTable": ("TRUNCATE jobs", "TRUNCATE TABLE ONLY public.jobs RESTART IDENTITY"),
    "UpdateRows": (
        "UPDATE jobs SET amount = 0",
        "MERGE INTO jobs USING other o ON jobs.id = o.id WHEN MATCHED THEN UPDATE SET amount = o.amount",
    ),
}
"""Change → statements that name the table or column, and each of which gets a finding for the contract."""

HARMLESS: dict[str, tuple[str, tuple[str, ...]]] = {
    "AddColumn": (
        "a column that may be left out is nobody's matter",
        ("ALTER TABLE jobs ADD COLUMN note text", "ALTER TABLE jobs ADD COLUMN tries int NOT NULL DEFAULT 0"),
    ),
    "AlterComposite": (
        "it names a type; tables that have it are known by it",
        ("ALTER TYPE pair ADD ATTRIBUTE z int",),
    ),
    "AlterConstraint": ("when a foreign key is checked", ("ALTER TABLE jobs ALTER CONSTRAINT k DEFERRABLE",)),
    "AlterDomain": ("it names a domain; tables that have it are known by it", ("ALTER DOMAIN d SET DEFAULT 5",)),
    "AlterFunction": ("nothing is known to call it", ("ALTER FUNCTION f(int) STRICT SET search_path = app",)),
    "AlterSequence": ("numbers, of which nothing is promised", ("ALTER SEQUENCE jobs_id_seq OWNED BY jobs.id",)),
    "AttachIndex": ("an index stays what it is", ("ALTER INDEX jobs_i ATTACH PARTITION jobs_1_i",)),
    "AttachPartition": (
        "more rows within the same promises",
        ("ALTER TABLE jobs ATTACH PARTITION jobs_2024 FOR VALUES FROM (0) TO (10)",),
    ),
    "ControlTransaction": ("it names nothing", ("BEGIN",)),
    "CreateComposite": ("a new type", ("CREATE TYPE pair AS (x int, y int)",)),
    "CreateDomain": ("a new domain", ("CREATE DOMAIN d AS int",)),
    "CreateEnum": ("a new type", ("CREATE TYPE job_state AS ENUM ('todo', 'done')",)),
    "CreateExtension": ("it names nothing", ("CREATE EXTENSION pgcrypto",)),
    "ChangeSymbol": (
        "nothing is known to use it",
        ("DROP OPERATOR === (int, int)", "ALTER COLLATION german RENAME TO german2"),
    ),
    "CreateFunction": ("no trigger runs it yet", ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",)),
    "CreateIndex": ("an index that refuses nothing", ("CREATE INDEX CONCURRENTLY i ON jobs (state)",)),
    "CreatePolicy": (
        "it lets everything through, whatever the others do",
        (
            "CREATE POLICY all_rows ON jobs USING (true)",
            "CREATE POLICY all_rows ON jobs USING (true) WITH CHECK (true)",
        ),
    ),
    "CreateSchema": ("a new schema", ("CREATE SCHEMA attic",)),
    "CreateSequence": ("a new sequence", ("CREATE SEQUENCE s OWNED BY jobs.id",)),
    "CreateTable": ("the server refuses it where the table is there", (CREATED,)),
    "CreateTrigger": (
        "it fires on nothing that is written, or does nothing to it",
        (
            "CREATE TRIGGER t AFTER DELETE ON jobs FOR EACH ROW EXECUTE FUNCTION f()",
            "CREATE TRIGGER t BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION moddatetime(changed)",
        ),
    ),
    "CreateView": ("a view over it reads only", ("CREATE VIEW done AS SELECT id FROM jobs WHERE state = 'done'",)),
    "DeleteRows": ("rows of another table", ("DELETE FROM other USING jobs WHERE other.id = jobs.id",)),
    "DropColumn": ("nobody uses it", ("ALTER TABLE jobs DROP COLUMN note",)),
    "DropConstraint": ("nobody uses the table", ("ALTER TABLE other DROP CONSTRAINT jobs_state_check",)),
    "DropDefault": (
        "the writer sends it, and the reader was promised a value",
        ("ALTER TABLE jobs ALTER COLUMN amount DROP DEFAULT",),
    ),
    "DropIndex": ("an index of another table", ("DROP INDEX CONCURRENTLY other_name_idx",)),
    "DropNotNull": ("nothing is promised of it", ("ALTER TABLE jobs ALTER COLUMN state DROP NOT NULL",)),
    "EnableTrigger": ("nobody uses the table", ("ALTER TABLE other DISABLE TRIGGER ALL",)),
    "GrantAccess": ("more may be done than before", ("GRANT SELECT ON jobs TO reader",)),
    "InsertRows": ("more rows within the same promises", ("INSERT INTO jobs (id, amount) VALUES (1, 2)",)),
    "LockTable": ("it ends with the transaction", ("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE",)),
    "NoEffect": ("it changes nothing", ("SELECT count(*) FROM jobs", "ANALYZE jobs")),
    "RefreshView": ("rows of another relation", ("REFRESH MATERIALIZED VIEW other",)),
    "Reindex": ("an index stays what it is", ("REINDEX TABLE CONCURRENTLY jobs",)),
    "RenameConstraint": ("a constraint keeps what it kept", ("ALTER TABLE jobs RENAME CONSTRAINT a TO b",)),
    "RenameColumn": ("nobody uses it", ("ALTER TABLE jobs RENAME COLUMN note TO remark",)),
    "RewriteTable": ("the same rows in another place", ("ALTER TABLE jobs SET TABLESPACE fast",)),
    "SetColumnOption": ("how values are kept", ("ALTER TABLE jobs ALTER COLUMN state SET STATISTICS 500",)),
    "SetComment": ("a comment", ("COMMENT ON COLUMN jobs.state IS 'what'",)),
    "SetInheritance": ("the table's own rows stay", ("ALTER TABLE jobs NO INHERIT things",)),
    "SetReplicaIdentity": ("what a replica is sent", ("ALTER TABLE jobs REPLICA IDENTITY FULL",)),
    "SetSetting": ("it ends with the session", ("SET lock_timeout = '1s'",)),
    "SetTableOption": ("how rows are kept", ("ALTER TABLE jobs SET (fillfactor = 80)",)),
    "UpdateRows": (
        "a column that nobody reads, or NULLs that were promised not to be there",
        ("UPDATE jobs SET note = 'x'", "UPDATE jobs SET amount = 0 WHERE amount IS NULL"),
    ),
    "ValidateConstraint": ("it was there before", ("ALTER TABLE jobs VALIDATE CONSTRAINT big",)),
    "Unreadable": ("the server can't read it either, and the rule syntax-error says so", ("ALTER TABLE jobs DROP ,",)),
}
"""Change → why a statement that names the table says nothing to the contract, and such statements."""


def test_every_change_is_judged_or_harmless() -> None:
    assert {change.__name__ for change in get_args(Change)} == JUDGED.keys() | HARMLESS.keys()


@pytest.mark.parametrize(
    ("name", "statement"),
    [(name, statement) for name, statements in JUDGED.items() for statement in statements]
    + [(name, statement) for name, (_, statements) in HARMLESS.items() for statement in statements],
)
def test_a_statement_stands_for_its_change(name: str, statement: str) -> None:
    assert name in {type(change).__name__ for change in translate(statement)}


@pytest.mark.parametrize("statement", [each for statements in JUDGED.values() for each in statements])
def test_what_names_a_table_that_was_made_elsewhere_is_judged(tmp_path: Path, statement: str) -> None:
    assert on_contract(checked_sql(tmp_path, statement))


@pytest.mark.parametrize("statement", [each for _, statements in HARMLESS.values() for each in statements])
def test_what_is_harmless_is_not_accused(tmp_path: Path, statement: str) -> None:
    assert on_contract(checked_sql(tmp_path, statement)) == []


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("jobs", 'ALTER TABLE "jobs" RENAME COLUMN "amount" TO amt'),
        ("public.jobs", "ALTER TABLE jobs DROP COLUMN amount"),
        ("jobs", "ALTER TABLE public.jobs DROP COLUMN amount"),
        ("app.jobs", "SET search_path = app, public; ALTER TABLE jobs DROP COLUMN amount"),
        ("public.jobs", "SET search_path = app, public; ALTER TABLE jobs DROP COLUMN amount"),
        ("public.jobs", "SET search_path = app, public; ALTER TABLE jobs RENAME TO tasks"),
        ("app.jobs", "ALTER TABLE app.jobs DROP COLUMN amount"),
        ("app.jobs", "DROP SCHEMA app CASCADE"),
        ("app.jobs", "ALTER SCHEMA app RENAME TO old"),
        ('"Job Queue"', 'ALTER TABLE "Job Queue" DROP COLUMN amount'),
        ('"Job Queue"', 'ALTER TABLE "Job Queue" RENAME TO jobs'),
    ],
)
def test_names_with_schemas_and_quotes_mean_the_same_table(tmp_path: Path, table: str, statement: str) -> None:
    assert on_contract(checked_sql(tmp_path, statement, table=table))


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("app.jobs", "ALTER TABLE public.jobs DROP COLUMN amount"),
        ("app.jobs", "SET search_path = public; ALTER TABLE jobs DROP COLUMN amount"),
        ('"Jobs"', "ALTER TABLE jobs DROP COLUMN amount"),
        ("app.jobs", "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM worker"),
        ("app.jobs", "DROP SCHEMA other CASCADE"),
        ("jobs", "ALTER TABLE jobs_archive RENAME COLUMN amount TO amt"),
    ],
)
def test_another_table_of_a_like_name_is_left_alone(tmp_path: Path, table: str, statement: str) -> None:
    assert on_contract(checked_sql(tmp_path, statement, table=table)) == []


MADE_IN_PART = {
    "a column was added": "ALTER TABLE jobs ADD COLUMN note text",
    "a DO block made it": "DO $$ BEGIN CREATE TABLE jobs (id bigint); END $$",
    "a query made it": "CREATE TABLE jobs AS SELECT * FROM old_jobs",
    "an unknown table was copied": "CREATE TABLE jobs (LIKE old_jobs INCLUDING ALL)",
    "it inherits from an unknown table": "CREATE TABLE jobs (note text) INHERITS (things)",
    "an unknown function made it": "SELECT make_queue('jobs')",
    "what made it couldn't be read": "DO $$ BEGIN EXECUTE format('CREATE TABLE %I (id int)', 'jobs'); END $$",
}


@pytest.mark.parametrize("made", MADE_IN_PART.values(), ids=MADE_IN_PART.keys())
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE jobs RENAME COLUMN amount TO amt",
        "ALTER TABLE jobs DROP COLUMN state",
        "ALTER TABLE jobs RENAME TO tasks",
        "DROP TABLE jobs",
        "ALTER TABLE jobs ENABLE ROW LEVEL SECURITY",
        "REVOKE ALL ON jobs FROM worker",
        "ALTER TABLE jobs ADD CHECK (amount > 100)",
        "DROP SCHEMA public CASCADE",
        "TRUNCATE jobs",
    ],
)
def test_a_table_that_is_known_in_part_is_judged(tmp_path: Path, made: str, statement: str) -> None:
    result = checked_sql(tmp_path, made, statement)

    assert on_contract(result, "002")


@pytest.mark.parametrize("made", MADE_IN_PART.values(), ids=MADE_IN_PART.keys())
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE jobs ADD COLUMN extra int",
        "CREATE INDEX CONCURRENTLY i ON jobs (state)",
        "COMMENT ON TABLE jobs IS 'a queue'",
        "GRANT SELECT ON jobs TO worker",
        "ALTER TABLE other DROP COLUMN amount",
    ],
)
def test_what_is_compatible_stays_silent_though_the_table_is_known_in_part(
    tmp_path: Path, made: str, statement: str
) -> None:
    result = checked_sql(tmp_path, made, statement)

    assert on_contract(result, "002") == []


def test_a_column_that_the_history_adds_itself_was_not_there_before(tmp_path: Path) -> None:
    result = checked_sql(
        tmp_path,
        "ALTER TABLE jobs DROP COLUMN value",
        "ALTER TABLE jobs RENAME COLUMN value2 TO old_amount",
        "ALTER TABLE jobs ADD COLUMN amount numeric(12,2) NOT NULL DEFAULT 0",
    )

    assert on_contract(result) == []


def test_a_column_that_is_added_and_dropped_again_is_missed(tmp_path: Path) -> None:
    result = checked_sql(
        tmp_path,
        "ALTER TABLE jobs ADD COLUMN amount numeric(12,2) NOT NULL DEFAULT 0",
        "ALTER TABLE jobs DROP COLUMN amount",
    )

    assert ("breaks-reader", "jobs.amount") in on_contract(result)


def test_a_view_stands_in_for_a_table_that_was_made_elsewhere(tmp_path: Path) -> None:
    move = "BEGIN; ALTER TABLE jobs RENAME TO tasks; CREATE VIEW jobs AS SELECT {} FROM tasks; COMMIT"

    whole = checked_sql(tmp_path / "whole", move.format("*"))
    listed = checked_sql(tmp_path / "listed", move.format("id, state, amount"))
    less = checked_sql(tmp_path / "less", move.format("id, state"))

    assert (on_contract(whole), on_contract(listed)) == ([], [])
    assert ("breaks-reader", "jobs.amount") in on_contract(less)


@pytest.mark.parametrize(
    "operation",
    [
        "op.alter_column('jobs', 'amount', new_column_name='amt')",
        "op.drop_column('jobs', 'amount')",
        "op.rename_table('jobs', 'tasks')",
        "op.drop_table('jobs')",
        "op.create_check_constraint('big', 'jobs', 'amount > 100')",
        "op.create_index('one', 'jobs', ['state'], unique=True)",
        "op.create_foreign_key('f', 'jobs', 'states', ['state'], ['name'])",
        "op.alter_column('jobs', 'state', nullable=False)",
        "op.alter_column('jobs', 'amount', nullable=True)",
        "op.alter_column('jobs', 'amount', type_=sa.Integer())",
        "op.alter_column('jobs', 'owner', server_default=None)",
        "op.add_column('jobs', sa.Column('owner', sa.Text, nullable=False))",
        "op.execute('ALTER TABLE jobs ENABLE ROW LEVEL SECURITY')",
        "op.get_bind().execute(sa.text('REVOKE ALL ON jobs FROM worker'))",
    ],
)
def test_operations_of_alembic_on_a_table_made_elsewhere_are_judged(tmp_path: Path, operation: str) -> None:
    assert on_contract(checked_alembic(tmp_path, f"\ndef upgrade():\n    {operation}\n"))


@pytest.mark.parametrize(
    "operation",
    [
        "op.add_column('jobs', sa.Column('owner', sa.Text))",
        "op.add_column('jobs', sa.Column('owner', sa.Text, nullable=False, server_default='x'))",
        "op.create_index('i', 'jobs', ['state'])",
        "op.drop_column('jobs', 'note')",
        "op.drop_column('other', 'amount')",
    ],
)
def test_compatible_operations_of_alembic_on_a_table_made_elsewhere_are_no_alarm(
    tmp_path: Path, operation: str
) -> None:
    assert on_contract(checked_alembic(tmp_path, f"\ndef upgrade():\n    {operation}\n")) == []
