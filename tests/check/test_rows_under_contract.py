"""Rows under contract: taken away, overwritten, or kept from being written by triggers, rules and functions.

What servers do in such cases is in `tests/postgres/compatibility`.
"""

from pathlib import Path

import pytest

from tests.check.checking import before, checked, project
from tests.check.worker import JOBS, checked_alembic, checked_sql, on_contract

AUDIT = "CREATE TABLE audit (id bigint, who text, at timestamptz DEFAULT now());\n"
AFTER = "CREATE TRIGGER tg AFTER INSERT OR UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION f();\n"
BEFORE = "CREATE TRIGGER tg BEFORE INSERT OR UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION f();\n"
PARTS = (
    "CREATE TYPE job_state AS ENUM ('todo', 'done');\n"
    "CREATE TABLE jobs (id bigint PRIMARY KEY, state job_state, amount numeric(12,2) NOT NULL)"
    " PARTITION BY RANGE (id);\n"
    "CREATE TABLE jobs_a PARTITION OF jobs FOR VALUES FROM (0) TO (10);\n"
    "CREATE TABLE jobs_b PARTITION OF jobs FOR VALUES FROM (10) TO (20);\n"
)
ORGS = "CREATE TABLE orgs (id int PRIMARY KEY);\n" + JOBS


def _function(body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;\n"


TAKEN = {
    "a CTE deletes": (JOBS, "WITH d AS (DELETE FROM jobs WHERE id < 5 RETURNING *) SELECT count(*) FROM d"),
    "MERGE deletes what the source lacks": (
        JOBS, "MERGE INTO jobs j USING x ON j.id = x.id WHEN NOT MATCHED BY SOURCE THEN DELETE"),
    "one of several tables is truncated": (JOBS + "CREATE TABLE x (id int);", "TRUNCATE x, jobs"),
    "TRUNCATE CASCADE reaches it": (
        ORGS + "ALTER TABLE jobs ADD FOREIGN KEY (org) REFERENCES orgs;", "TRUNCATE orgs CASCADE"),
    "a delete cascades to it": (
        ORGS + "ALTER TABLE jobs ADD FOREIGN KEY (org) REFERENCES orgs ON DELETE CASCADE;", "DELETE FROM orgs"),
    "a DO block deletes": (JOBS, "DO $$ BEGIN DELETE FROM jobs WHERE id = 5; END $$"),
    "a DO block names the schema": (JOBS, "DO $$ BEGIN DELETE FROM public.jobs WHERE id = 5; END $$"),
    "a procedure deletes": (
        JOBS + "CREATE PROCEDURE purge() LANGUAGE sql AS 'DELETE FROM jobs';", "CALL purge()"),
    "rows are deleted through a view": (
        JOBS + "CREATE VIEW v AS SELECT * FROM jobs;", "DELETE FROM v WHERE id = 1"),
    "values are overwritten through a view": (
        JOBS + "CREATE VIEW v AS SELECT id, amount FROM jobs;", "UPDATE v SET amount = 1"),
    "several columns are overwritten": (JOBS, "UPDATE jobs SET (note, amount) = ('x', 5) WHERE id = 1"),
    "values come from another table": (JOBS, "UPDATE jobs j SET amount = x.a FROM x WHERE x.id = j.id"),
    "values are overwritten on conflict": (
        JOBS,
        "INSERT INTO jobs (id, amount) VALUES (1, 2) ON CONFLICT ON CONSTRAINT jobs_pkey DO UPDATE SET amount = 3"),
    "a column is dropped and made again": (
        JOBS, "BEGIN; ALTER TABLE jobs DROP COLUMN state; ALTER TABLE jobs ADD COLUMN state job_state; COMMIT"),
    "a partition is detached": (PARTS, "ALTER TABLE jobs DETACH PARTITION jobs_a"),
    "a partition is detached concurrently": (PARTS, "ALTER TABLE jobs DETACH PARTITION jobs_a CONCURRENTLY"),
    "a partition is dropped": (PARTS, "DROP TABLE jobs_a"),
    "a partition is truncated": (PARTS, "TRUNCATE jobs_a"),
    "a partition's rows are overwritten": (PARTS, "UPDATE jobs_b SET amount = 0"),
    "a default partition is dropped": (
        PARTS + "CREATE TABLE jobs_x PARTITION OF jobs DEFAULT;", "DROP TABLE jobs_x"),
    "the schema of a partition is dropped": (
        PARTS + "CREATE SCHEMA arch; CREATE TABLE arch.jobs_e PARTITION OF jobs FOR VALUES FROM (60) TO (70);",
        "DROP SCHEMA arch CASCADE"),
}  # fmt: skip
LEFT = {
    "rows of another table are deleted": (JOBS, "DELETE FROM x USING jobs WHERE x.id = jobs.id"),
    "a delete is refused where it is referred to": (
        ORGS + "ALTER TABLE jobs ADD FOREIGN KEY (org) REFERENCES orgs;", "DELETE FROM orgs WHERE id = 3"),
    "another table takes values from it": (JOBS, "UPDATE x SET a = j.amount FROM jobs j WHERE x.id = j.id"),
    "MERGE only inserts": (
        JOBS, "MERGE INTO jobs j USING x ON j.id = x.id WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (x.id, 1)"),
    "a column that nobody reads is filled": (JOBS, "UPDATE jobs SET note = upper(note)"),
    "a new column is filled": (JOBS, "ALTER TABLE jobs ADD amount2 numeric; UPDATE jobs SET amount2 = amount"),
    "rows are inserted or left": (JOBS, "INSERT INTO jobs (id, amount) VALUES (1, 2) ON CONFLICT DO NOTHING"),
    "rows of a table of the same revision go": (JOBS, "CREATE TABLE t2 (id int); DELETE FROM t2"),
    "a partition is added": (PARTS, "CREATE TABLE jobs_c PARTITION OF jobs FOR VALUES FROM (20) TO (30)"),
    "a partition has another name": (PARTS, "ALTER TABLE jobs_a RENAME TO jobs_old"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "change"), TAKEN.values(), ids=TAKEN.keys())
def test_rows_that_go_or_change_are_said(tmp_path: Path, before: str, change: str) -> None:
    assert on_contract(checked_sql(tmp_path, before, change), "002")


@pytest.mark.parametrize(("before", "change"), LEFT.values(), ids=LEFT.keys())
def test_rows_that_stay_as_they_are_cause_no_alarm(tmp_path: Path, before: str, change: str) -> None:
    assert on_contract(checked_sql(tmp_path, before, change), "002") == []


def test_all_rows_are_an_error_and_some_a_warning(tmp_path: Path) -> None:
    everything = checked_sql(tmp_path / "all", JOBS, "DELETE FROM jobs")
    some = checked_sql(tmp_path / "some", JOBS, "DELETE FROM jobs WHERE id = 1")

    assert [f.severity.value for f in everything.findings if f.rule == "shifts-meaning"] == ["error"]
    assert [f.severity.value for f in some.findings if f.rule == "shifts-meaning"] == ["warning"]


STALE = {
    "it reads a column": (_function("PERFORM who FROM audit WHERE id = NEW.id; RETURN NEW;"),
                          "ALTER TABLE audit RENAME COLUMN who TO person"),
    "it updates a column": (_function("UPDATE audit SET who = 'x' WHERE id = NEW.id; RETURN NEW;"),
                            "ALTER TABLE audit DROP COLUMN who"),
    "it fills a table that is moved": (_function("INSERT INTO audit (id) VALUES (NEW.id); RETURN NEW;"),
                                       "ALTER TABLE audit SET SCHEMA log"),
    "it fills a table that is dropped": (_function("INSERT INTO audit (id) VALUES (NEW.id); RETURN NEW;"),
                                         "DROP TABLE audit"),
    "it fills a table that has a CHECK now": (_function("INSERT INTO audit (id) VALUES (NEW.id); RETURN NEW;"),
                                              "ALTER TABLE audit ADD CHECK (id > 100) NOT VALID"),
    "it names a field": (_function("IF NEW.note IS NULL THEN RETURN NEW; END IF; RETURN NEW;"),
                         "ALTER TABLE jobs RENAME COLUMN note TO remark"),
    "it names a quoted field": (_function("NEW.\"note\" := 'x'; RETURN NEW;"), "ALTER TABLE jobs DROP COLUMN note"),
    "it keeps every column": (_function("INSERT INTO audit SELECT NEW.*; RETURN NEW;"),
                              "ALTER TABLE jobs ADD COLUMN extra text"),
}  # fmt: skip


@pytest.mark.parametrize(("function", "change"), STALE.values(), ids=STALE.keys())
def test_a_trigger_that_names_what_is_gone_is_said(tmp_path: Path, function: str, change: str) -> None:
    found = on_contract(checked_sql(tmp_path, JOBS + AUDIT + function + AFTER, change), "002")

    assert {rule for rule, _ in found} & {"breaks-writer", "unproven"}


def test_functions_that_a_trigger_calls_are_followed(tmp_path: Path) -> None:
    log = "CREATE FUNCTION log_it(i bigint) RETURNS void LANGUAGE sql AS 'INSERT INTO audit (id) VALUES (i)';"
    before = JOBS + AUDIT + log + _function("PERFORM log_it(NEW.id); RETURN NEW;") + AFTER

    assert ("breaks-writer", "jobs") in on_contract(checked_sql(tmp_path, before, "ALTER TABLE audit RENAME TO log"))


def test_a_function_that_is_replaced_in_the_same_transaction_is_no_alarm(tmp_path: Path) -> None:
    before = JOBS + _function("NEW.note := 'x'; RETURN NEW;") + BEFORE
    function = _function("NEW.remark := 'x'; RETURN NEW;")
    change = f"BEGIN; ALTER TABLE jobs RENAME COLUMN note TO remark; {function} COMMIT"

    assert on_contract(checked_sql(tmp_path, before, change), "002") == []


INTERCEPTED = {
    "it returns nothing at times": _function("IF NEW.amount > 100 THEN RETURN NULL; END IF; RETURN NEW;") + BEFORE,
    "it changes a value at times": _function("IF NEW.amount < 0 THEN NEW.amount := 0; END IF; RETURN NEW;") + BEFORE,
    "it selects into the row": _function("SELECT 5 INTO NEW.amount; RETURN NEW;") + BEFORE,
    "it puts another row in place": _function("NEW := OLD; RETURN NEW;") + BEFORE,
    "it refuses rows": _function("IF NEW.amount < 0 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW;") + AFTER,
    "it runs a text": _function("EXECUTE format('INSERT INTO %I VALUES (1)', TG_TABLE_NAME); RETURN NEW;") + BEFORE,
    "nobody knows the function": BEFORE,
    "a rule does something instead": "CREATE RULE r AS ON INSERT TO jobs DO INSTEAD NOTHING;",
}
OBLIGING = {
    "it notes the time": "ALTER TABLE jobs ADD changed timestamptz;\n"
    + _function("NEW.changed = now(); RETURN NEW;") + BEFORE,
    "it keeps a log": _function("INSERT INTO audit (id, who) VALUES (NEW.id, current_user); RETURN NULL;") + AFTER,
    "it tells others": _function("PERFORM pg_notify('jobs', NEW.id::text); RETURN NEW;") + AFTER,
    "it says a word": _function("RAISE NOTICE 'x'; RETURN NEW;") + BEFORE,
    "it tells deletes apart": _function(
        "IF TG_OP = 'DELETE' THEN INSERT INTO audit (id) VALUES (OLD.id); RETURN OLD; END IF; RETURN NEW;")
    + "CREATE TRIGGER tg BEFORE INSERT OR DELETE ON jobs FOR EACH ROW EXECUTE FUNCTION f();",
    "it is the server's own": "ALTER TABLE jobs ADD words tsvector;\n"
    "CREATE TRIGGER tg BEFORE INSERT ON jobs FOR EACH ROW"
    " EXECUTE FUNCTION tsvector_update_trigger(words, 'pg_catalog.english', note);",
    "it is on another table": _function("RETURN NULL;")
    + "CREATE TRIGGER tg BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION f();",
}  # fmt: skip


@pytest.mark.parametrize("change", INTERCEPTED.values(), ids=INTERCEPTED.keys())
def test_a_trigger_that_may_swallow_change_or_refuse_rows_is_said(tmp_path: Path, change: str) -> None:
    assert "unproven" in {rule for rule, _ in on_contract(checked_sql(tmp_path, JOBS + AUDIT, change), "002")}


@pytest.mark.parametrize("change", OBLIGING.values(), ids=OBLIGING.keys())
def test_a_trigger_that_leaves_what_is_sent_alone_is_no_alarm(tmp_path: Path, change: str) -> None:
    assert on_contract(checked_sql(tmp_path, JOBS + AUDIT, change), "002") == []


TABLE = """
def upgrade():
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("state", sa.Enum("todo", "done", name="job_state")),
        sa.Column("amount", sa.Numeric(12, 2), nullable=False),
        sa.Column("note", sa.Text),
    )
"""
ORM = """
from sqlalchemy.orm import Session, declarative_base
Base = declarative_base()
class Job(Base):
    __tablename__ = "jobs"
    id = sa.Column(sa.BigInteger, primary_key=True)
    amount = sa.Column(sa.Numeric(12, 2))
    note = sa.Column(sa.Text)

def upgrade():
    session = Session(op.get_bind())
    for job in session.query(Job).order_by(Job.id).limit(100).all():
        {}
    session.commit()
"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("session.delete(job)", [("shifts-meaning", "jobs")]),
        ("job.amount *= 100", [("shifts-meaning", "jobs.amount")]),
        ("session.merge(Job(id=job.id, amount=0))",
         [("shifts-meaning", "jobs.amount")]),
        ("job.note = 'seen'", []),
        ("print(job.amount)", []),
        ("session.add(Job(amount=job.amount))", []),
    ],
)  # fmt: skip
def test_what_a_session_does_to_rows_under_contract_is_judged(
    tmp_path: Path, body: str, found: list[tuple[str, str]]
) -> None:
    assert on_contract(checked_alembic(tmp_path, TABLE, ORM.format(body)), "002") == found


@pytest.mark.parametrize(
    "statement",
    [
        "op.execute(sa.table('jobs', sa.column('id')).delete())",
        "op.execute('TRUNCATE jobs')",
        "op.get_bind().execute(sa.text('UPDATE jobs SET amount = 0'))",
        "op.execute('CREATE RULE r AS ON INSERT TO jobs DO INSTEAD NOTHING')",
    ],
)
def test_statements_of_alembic_on_rows_are_judged(tmp_path: Path, statement: str) -> None:
    assert on_contract(checked_alembic(tmp_path, TABLE, f"\ndef upgrade():\n    {statement}\n"), "002")


def test_a_column_that_another_one_replaces_is_blamed_where_that_gets_its_name(tmp_path: Path) -> None:
    replaced = """\
    ALTER TABLE transactions ADD COLUMN next text;
    ALTER TABLE transactions DROP COLUMN amount;
    ALTER TABLE transactions RENAME COLUMN next TO amount;
    CREATE INDEX later ON transactions (occurred_at);
    """
    files = {"migrations/001.sql": before(), "migrations/002.sql": replaced}

    result = checked(project(tmp_path, files), "migrations")

    found = {(each.object, each.cause, each.place.line) for each in result.findings if each.rule == "breaks-reader"}
    assert found == {("transactions.amount", "type-changed", 3), ("transactions.amount", "null-possible", 3)}
