"""`schemaguard prove`: what looks reversible and isn't is refuted, what is instant is proven."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from schemaguard import config
from schemaguard.catalog.objects import Catalog, Check, Column, Name, Table
from schemaguard.catalog.types import parse_type
from schemaguard.commands.prove import ProofOptions, prove
from schemaguard.commands.reading import open_reading
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.proving.candidates import Candidates
from schemaguard.proving.certificate import Certificate, sha256
from tests.conftest import VERSIONS
from tests.postgres.proving.losses import BASE, LOSSES, REVERSIBLE


def history(folder: Path, change: tuple[str, str]) -> Path:
    """A history of the tables and the change."""
    migrations = folder / "migrations"
    migrations.mkdir()
    (migrations / "0000_base.up.sql").write_text(BASE)
    (migrations / "0000_base.down.sql").write_text("")
    for direction, text in zip(("up", "down"), change, strict=True):
        (migrations / f"0001_x.{direction}.sql").write_text(text + ";\n")
    return folder


def proofs(folder: Path, server: str, *revisions: str) -> tuple[Certificate, ...]:
    reading = open_reading(config.load(folder), folder)
    return prove(reading, "migrations", revisions, ProofOptions(server=server, rows=16))


def everywhere(names: Iterable[str]) -> list[Any]:
    """All of them on the first version, which makes databases quickly, and every seventh on the others."""
    return [
        pytest.param(version, name, id=f"{version}-{name}")
        for version in VERSIONS
        for at, name in enumerate(names)
        if version == VERSIONS[0] or at % 7 == 0
    ]


@pytest.mark.parametrize(("version", "loss"), everywhere(LOSSES))
def test_a_planted_loss_is_found(version: str, loss: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server = request.getfixturevalue(f"server{version}")
    (found,) = proofs(history(tmp_path, LOSSES[loss]), server, "0001")
    assert found.outcome == "refuted", found
    assert found.reasons


@pytest.mark.parametrize(("version", "name"), everywhere(REVERSIBLE))
def test_what_is_instant_is_proven(version: str, name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server = request.getfixturevalue(f"server{version}")
    (found,) = proofs(history(tmp_path, REVERSIBLE[name]), server, "0001")
    assert (found.outcome, found.rollback, found.reasons) == ("proven", "instant", ())
    assert found.rows > 0 or name == "a new table"


def test_a_certificate_says_what_was_seen_and_what_was_not(server: str, tmp_path: Path) -> None:
    history(tmp_path, REVERSIBLE["a default"])
    program = [sys.executable, "-m", "schemaguard.cli", "prove", "0001", "--migrations", "migrations"]
    words = ["--server", server, "--rows", "5", "--out", "proofs", "--format", "json"]
    done = subprocess.run([*program, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (document,) = json.loads(done.stdout)["certificates"]
    assert document == json.loads((tmp_path / "proofs/0001.json").read_text())
    assert document["outcome"] == "proven"
    assert document["source_sha256"] == sha256((tmp_path / "migrations/0001_x.up.sql").read_text())
    assert {"relation": "t", "mode": "ACCESS EXCLUSIVE"} in document["locks"]
    assert document["not_covered"] == ["no contract says what writers send: rows that the tables take were written"]
    assert document["postgresql"]
    seal = document.pop("seal")
    document.pop("signature")
    assert seal == sha256(json.dumps(document, sort_keys=True))


def test_the_same_seed_makes_the_same_rows_within_checks_and_promises() -> None:
    table = Table(
        Name("t", "public"),
        (Column("a", parse_type("integer"), not_null=True), Column("b", parse_type("text"))),
        (Check("c", "a >= 10", ("a",)),),
    )
    catalog = Catalog(tables={table.name: table})
    promises = (Promise("a", parse_type("integer"), minimum=3, maximum=20), Promise("b", None, enum=("x", "y")))
    contract = Contract("c", "m", ("1",), (ContractTable(table.name, "read", promises),), "f", "d")
    rows = [[Candidates(catalog, (contract,), 7).row(table, turn) for turn in range(30)] for _ in range(2)]
    assert rows[0] == rows[1]
    drawn = Candidates(catalog, (contract,), 7)
    values = [drawn.row(table, turn) for turn in range(60)]
    assert {row["b"] for row in values} == {"x", "y", None}
    assert {"9", "10", "11", "3", "20"} <= {str(row["a"]) for row in values}
    assert all(3 <= int(str(row["a"])) <= 20 for row in values if row["a"] in ("9", "10", "11", "3", "20"))


def test_without_a_way_back_our_inverses_are_proven_where_they_keep_all(server: str, tmp_path: Path) -> None:
    history(tmp_path, ("alter table t drop constraint t_parent_fkey; create index more on t (note)", ""))
    (found,) = proofs(tmp_path, server, "0001")
    assert (found.outcome, found.reasons) == ("proven", ())
    assert found.not_covered[0] == "downgrade() does nothing: the inverses that schemaguard stores were run instead"


def test_no_way_back_is_refuted_and_what_cannot_run_here_is_not_covered(server: str, tmp_path: Path) -> None:
    history(tmp_path, ("alter table t drop column note", ""))
    for number, text in ((2, "create extension that_is_not_there;"), (3, "create table y (id int);")):
        (tmp_path / f"migrations/000{number}_y.up.sql").write_text(text)
    dropped, stuck, after = proofs(tmp_path, server, "0001", "0002", "0003")
    assert (dropped.outcome, dropped.reasons) == ("refuted", ("there is no way back: downgrade() does nothing",))
    assert (stuck.outcome, after.outcome) == ("not covered", "not covered")
    assert "0002 can't be applied here" in after.reasons[0]


def test_a_block_before_the_revision_that_fails_here_is_left_out_and_said(server: str, tmp_path: Path) -> None:
    history(tmp_path, ("do $$ begin perform from_elsewhere(); end $$", "select 1"))
    (tmp_path / "migrations/0002_y.up.sql").write_text("alter table t add column more int;")
    (found,) = proofs(tmp_path, server, "0002")
    assert found.outcome == "proven"
    assert any("from_elsewhere" in gap for gap in found.not_covered)


def test_no_scratch_database_is_left(server: str, tmp_path: Path) -> None:
    proofs(history(tmp_path, REVERSIBLE["a default"]), server, "0001")
    with psycopg.connect(server) as connection:
        left = connection.execute("select datname from pg_database where datname like 'schemaguard_proof%'").fetchall()
    assert left == []


def test_a_statement_of_which_a_part_is_not_known_is_not_run(server: str, tmp_path: Path) -> None:
    versions = tmp_path / "migrations"
    versions.mkdir()
    (versions / "a.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nfrom elsewhere.models import Later\n"
        "revision = 'a'\ndown_revision = None\n\n"
        "def upgrade():\n    op.create_table(Later.__tablename__, sa.Column('id', sa.Integer()))\n\n"
        "def downgrade():\n    op.drop_table(Later.__tablename__)\n"
    )
    (found,) = proofs(tmp_path, server, "a")
    assert found.outcome == "not covered"
    assert found.reasons == (
        "the way forward fails: migrations/a.py:8: not all of the statement is known, so it isn't run",
    )
