"""A type under another name is the same to who reads or writes; another type, or one that asks for more, isn't."""

from pathlib import Path

import psycopg
import pytest

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import parse_type
from tests.check.checking import checked, project, rules_of
from tests.check.revisions import found_in_alembic

TYPES = """
CREATE TYPE st AS ENUM ('new', 'done');
CREATE TYPE other_st AS ENUM ('fresh', 'over');
CREATE DOMAIN note_text AS text;
CREATE TABLE job (
    id bigint PRIMARY KEY, status st NOT NULL, history st[] NOT NULL, note note_text, tags text[] NOT NULL
);
"""
CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: urn:schemaguard:model:jobs:1
name: jobs@1
version: 1.0.0
status: active
customProperties:
  - {property: modelName, value: jobs, vendor: schemaguard}
  - {property: modelVersion, value: "1", vendor: schemaguard}
schema:
  - name: job
    physicalName: job
    physicalType: table
    customProperties:
      - {property: access, value: ACCESS, vendor: schemaguard}
    properties:
      - {name: id, logicalType: integer, physicalType: bigint, required: true}
      - {name: status, logicalType: string, physicalType: st, required: true}
      - {name: history, logicalType: array, physicalType: _st, required: true}
      - {name: note, logicalType: string, physicalType: text}
      - {name: tags, logicalType: array, physicalType: _text, required: true}
"""
SAME = [
    "ALTER TYPE st RENAME TO job_status;",
    "BEGIN; ALTER TYPE st RENAME TO job_status; ALTER TABLE job ADD COLUMN extra int; COMMIT;",
    "CREATE SCHEMA app; ALTER TYPE st SET SCHEMA app;",
    "ALTER TYPE st RENAME TO job_status; ALTER TYPE job_status ADD VALUE 'late';",
    "ALTER TABLE job ALTER COLUMN note TYPE text;",
    "CREATE DOMAIN tag_list AS text[]; ALTER TABLE job ALTER COLUMN tags TYPE tag_list;",
    "CREATE DOMAIN inner_t AS text; CREATE DOMAIN outer_t AS inner_t; ALTER TABLE job ALTER COLUMN note TYPE outer_t;",
    "ALTER DOMAIN note_text RENAME TO remark;",
]
OTHER = [
    "ALTER TABLE job ALTER COLUMN status TYPE other_st USING 'over';",
    """BEGIN; ALTER TABLE job ALTER COLUMN status TYPE other_st USING 'over';
    ALTER TABLE job ALTER COLUMN history TYPE text[] USING '{}'; DROP TYPE st;
    ALTER TYPE other_st RENAME TO job_status; COMMIT;""",
    "ALTER TABLE job ALTER COLUMN tags TYPE text USING tags[1];",
    "CREATE DOMAIN num AS integer; ALTER TABLE job ALTER COLUMN note TYPE num USING 1;",
    "ALTER TABLE job ALTER COLUMN tags TYPE int[] USING '{}';",
]
ASKS_MORE = [
    "CREATE DOMAIN strict AS text CHECK (VALUE <> ''); ALTER TABLE job ALTER COLUMN note TYPE strict;",
    "CREATE DOMAIN strict AS text NOT NULL; ALTER TABLE job ALTER COLUMN note TYPE strict;",
]
IN_ALEMBIC = {
    "op.execute('ALTER TYPE st RENAME TO job_status')": True,
    """
    op.execute('CREATE DOMAIN mail AS text')
    op.alter_column('job', 'note', type_=postgresql.DOMAIN('mail', sa.Text()))
    """: True,
    "op.alter_column('job', 'note', type_=sa.Text())": True,
    "op.alter_column('job', 'note', type_=sa.Integer(), postgresql_using='1')": False,
}


def _found(folder: Path, change: str, access: str) -> list[str]:
    files = {
        "migrations/001.sql": TYPES,
        "migrations/002.sql": change,
        "contracts/jobs/1.odcs.yaml": CONTRACT.replace("ACCESS", access),
    }
    found = rules_of(checked(project(folder, files), "migrations"))
    return [rule for rule in found if rule.startswith(("breaks", "unproven"))]


@pytest.mark.parametrize("access", ["read", "write"])
@pytest.mark.parametrize("change", SAME)
def test_another_name_of_a_type_breaks_nobody(tmp_path: Path, change: str, access: str) -> None:
    assert _found(tmp_path, change, access) == []


@pytest.mark.parametrize("change", OTHER)
def test_another_type_breaks_a_reader(tmp_path: Path, change: str) -> None:
    assert "breaks-reader" in _found(tmp_path, change, "read")


@pytest.mark.parametrize("change", ASKS_MORE)
def test_a_domain_that_asks_for_more_breaks_a_writer_and_no_reader(tmp_path: Path, change: str) -> None:
    assert _found(tmp_path / "read", change, "read") == []
    assert "breaks-writer" in _found(tmp_path / "write", change, "write")


@pytest.mark.parametrize(("change", "is_same"), IN_ALEMBIC.items())
def test_the_same_holds_for_revisions_in_python(tmp_path: Path, change: str, is_same: bool) -> None:
    (tmp_path / "contracts/jobs").mkdir(parents=True)
    (tmp_path / "contracts/jobs/1.odcs.yaml").write_text(CONTRACT.replace("ACCESS", "read"))
    found = found_in_alembic(tmp_path, change, TYPES)
    assert ("breaks-reader" in found) is not is_same


def test_a_contract_may_spell_an_array_as_pg_type_does(each_database: str) -> None:
    names = "_text _int2 _int4 _int8 _bool _varchar _bpchar _char _float4 _float8 _numeric _timestamptz _timestamp"
    others = "_time _timetz _varbit _bit _uuid _jsonb _json _date _interval _inet _name _oid _int4range"
    with psycopg.connect(each_database) as connection:
        for name in f"{names} {others}".split():
            said = connection.execute("select format_type(%s::regtype, null)", (name,)).fetchone()
            assert said is not None
            assert parse_type(name) == parse_type(said[0]) or name in ("_bpchar", "_bit")
        assert parse_type("_integer").dimensions == 0
        assert connection.execute("select to_regtype('_integer')").fetchone() == (None,)


@pytest.mark.parametrize("change", [change for change in SAME if "BEGIN" not in change])
def test_on_a_server_the_same_arrives(each_database: str, change: str) -> None:
    """The types in the description of the result, by their number: that of a domain is its base type's."""
    query = "select id, status, history, note, tags from job where status = 'new'"
    with psycopg.connect(each_database, autocommit=True) as connection:
        connection.execute(TYPES.encode())
        before = [column.type_code for column in connection.execute(query.encode()).description or ()]
        connection.execute(change.encode())
        connection.execute("set search_path = public, app")
        after = [column.type_code for column in connection.execute(query.encode()).description or ()]
        assert Name("job", "public") in read_catalog(connection).tables
    assert after == before
