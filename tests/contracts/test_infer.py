"""`schemaguard contracts infer`: a draft that `validate` passes, written once, and never over anything."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from schemaguard.cli.main import main
from schemaguard.contracts import odcs
from schemaguard.contracts.contract import Contract
from schemaguard.contracts.interface import interface

ROOT = Path(__file__).parents[2]
TABLES = """
create table transactions (id bigint primary key, amount numeric(12,2) not null check (amount >= 0), channel text);
create table "Odd ""Table"" x" (id bigint, "a: b" text);
create table predictions (transaction_id bigint primary key, score double precision not null, note text);
create view recent as select id, amount from transactions where channel = 'web';
"""
QUERY = "select id, amount from transactions where channel = %(channel)s  -- the web only\n"


class Project:
    """A folder with migrations, in which the command line is run."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys

    def run(self, *arguments: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["schemaguard", "contracts", *arguments])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = self._capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    def infer(self, *arguments: str) -> str:
        code, out, err = self.run("infer", *arguments)
        assert (code, err) == (0, "")
        return out

    def files(self) -> set[str]:
        return {file.relative_to(self.folder).as_posix() for file in self.folder.rglob("*") if file.is_file()}

    def contract(self, file: str) -> Contract:
        return odcs.parse(
            (self.folder / file).read_text(), file, lambda name: ((self.folder / file).parent / name).read_text()
        )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    monkeypatch.chdir(tmp_path)
    for name in ("SCHEMAGUARD_REGISTRY_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_URI", "SCHEMAGUARD_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "schemaguard.toml").write_text("migrations = 'sql'\n")
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql/001.sql").write_text(TABLES)
    (tmp_path / "features.sql").write_text(QUERY)
    return Project(tmp_path, monkeypatch, capsys)


WRITES = "predictions(transaction_id, score) on conflict (transaction_id)"


def test_a_draft_is_written_with_its_query_and_passes_validate(project: Project) -> None:
    said = project.infer("fraud", "7", "--query", "features.sql", "--writes", WRITES)
    assert said == snapshot("""\
DRAFTED fraud@7  contracts/fraud/fraud-7.odcs.yaml, contracts/fraud/fraud-7.sql
  reads     transactions  id, amount, channel
  writes    predictions   transaction_id, score
  left open status: active when it is right · team · the window: generalAvailability, endOfSupport
  next      schemaguard contracts validate fraud 7
            schemaguard contracts publish fraud 7
""")
    assert (project.folder / "contracts/fraud/fraud-7.sql").read_text() == QUERY
    contract = project.contract("contracts/fraud/fraud-7.odcs.yaml")
    assert (contract.status, contract.query_file, contract.tables[1].upsert_key) == (
        "draft", "fraud-7.sql", ("transaction_id",),
    )  # fmt: skip
    code, out, _ = project.run("validate", "--format", "json")
    assert (code, [file["remarks"] for file in json.loads(out)["files"]]) == (0, [[]])


def test_a_query_that_lies_beside_the_draft_is_named_and_not_copied(project: Project) -> None:
    (project.folder / "contracts/fraud/sql").mkdir(parents=True)
    shutil.move("features.sql", "contracts/fraud/sql/features.sql")
    project.infer("fraud", "7", "--query", "contracts/fraud/sql/features.sql")
    assert project.contract("contracts/fraud/fraud-7.odcs.yaml").query_file == "sql/features.sql"
    assert {file for file in project.files() if file.endswith(".sql")} == {
        "sql/001.sql",
        "contracts/fraud/sql/features.sql",
    }


def test_versions_may_share_a_contract(project: Project) -> None:
    project.infer("fraud", "7,8", "--query", "features.sql")
    assert project.contract("contracts/fraud/fraud-7-8.odcs.yaml").model_versions == ("7", "8")


def test_the_draft_goes_to_standard_output_and_nowhere_else(project: Project) -> None:
    before = project.files()
    out = project.infer("fraud", "7", "--query", "features.sql", "-o", "-")
    assert odcs.parse(out, "x").model_versions == ("7",)
    assert project.files() == before


def test_a_document_holds_all_of_it(project: Project) -> None:
    said = json.loads(project.infer("fraud", "7", "--query", "features.sql", "--format", "json"))
    assert said["version"] == 1
    assert said["files"] == ["contracts/fraud/fraud-7.odcs.yaml", "contracts/fraud/fraud-7.sql"]
    assert said["tables"] == [{"table": "transactions", "access": "read", "columns": ["id", "amount", "channel"]}]
    assert said["text"] == (project.folder / "contracts/fraud/fraud-7.odcs.yaml").read_text()
    assert "what it writes (--writes)" in said["left_open"]


def test_names_that_need_quotes_are_read_back(project: Project) -> None:
    Path("odd.sql").write_text('select "a: b" from "Odd ""Table"" x"')
    project.infer("fraud", "7", "--query", "odd.sql")
    (table,) = project.contract("contracts/fraud/fraud-7.odcs.yaml").tables
    assert (table.table.name, table.promises[0].column) == ('Odd "Table" x', "a: b")
    assert project.run("validate")[0] == 0


def test_what_is_there_is_never_written_over(project: Project) -> None:
    project.infer("fraud", "7", "--query", "features.sql")
    file = project.folder / "contracts/fraud/fraud-7.odcs.yaml"
    file.write_text(file.read_text() + "# a person's own words\n")
    before = {name: (project.folder / name).read_bytes() for name in project.files()}
    for target in ((), ("-o", "contracts/fraud/fraud-7.odcs.yaml"), ("-o", "contracts/other.odcs.yaml")):
        code, _, err = project.run("infer", "fraud", "7", "--query", "features.sql", *target)
        assert code == 2
        assert "error: fraud@7 already has a contract\n   at: contracts/fraud/fraud-7.odcs.yaml" in err
    assert {name: (project.folder / name).read_bytes() for name in project.files()} == before


def test_a_file_in_the_way_leaves_nothing_half_written(project: Project) -> None:
    (project.folder / "contracts/fraud").mkdir(parents=True)
    (project.folder / "contracts/fraud/fraud-7.sql").write_text("another query")
    before = project.files()
    code, _, err = project.run("infer", "fraud", "7", "--query", "features.sql")
    assert code == 2
    assert "the file already exists" in err
    assert project.files() == before


def test_a_retrain_with_the_same_reads_needs_no_file(project: Project) -> None:
    project.infer("fraud", "7", "--query", "features.sql", "--writes", WRITES)
    before = project.files()
    assert project.infer("fraud", "8", "--query", "features.sql") == snapshot("""\
SAME    fraud@8  reads and writes what contracts/fraud/fraud-7.odcs.yaml says: no new file is needed
  reads     transactions  id, amount, channel
  next      add "8" to the end of its modelVersion
            or leave it as it was published: schemaguard contracts publish fraud 8 --same-as VERSION
            or give it a file of its own: -o FILE
""")
    assert project.files() == before
    Path("features.sql").write_text("select id from transactions")
    assert project.infer("fraud", "8", "--query", "features.sql").startswith("DRAFTED fraud@8")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--query", "nowhere.sql"), "the query can't be read: No such file or directory"),
        ((), "it isn't known what the version reads"),
        (("--query", "features.sql", "--writes", "predictions"), "--writes 'predictions': ( is expected at its end"),
        (("--query", "features.sql", "--writes", "nowhere(a)"), "there is no table nowhere"),
        (("--query", "features.sql", "--writes", "predictions(scor)"), "predictions has no column scor"),
        (("--query", "features.sql", "--writes", "predictions(score)"), "the contract would not be valid"),
        (("--query", "features.sql", "--writes", WRITES, "--writes", WRITES), "--writes names predictions twice"),
        (("--query", "features.sql", "--reads-through", "window"), "Invalid value"),
        (("--query", "features.sql", "--migrations", "nowhere"), "nowhere"),
    ],
)
def test_what_can_not_be_meant_is_one_clear_error(project: Project, arguments: tuple[str, ...], error: str) -> None:
    before = project.files()
    code, out, err = project.run("infer", "fraud", "7", *arguments)
    assert (code, out) == (2, "")
    assert error in err
    assert project.files() == before


@pytest.mark.parametrize("model", ["../up", "a/b", "..", "a\nb", ".hidden", "a\\b"])
def test_a_models_name_leads_nowhere_else(project: Project, model: str) -> None:
    before = project.files()
    code, _, err = project.run("infer", model, "7", "--query", "features.sql")
    assert code == 2
    assert "a file can't be called" in err
    assert project.files() == before


@pytest.mark.parametrize(
    ("query", "place", "what"),
    [
        ("select id,\n  amont from transactions", "2:3", "the column amont isn't known"),
        ("select * from transaction", "1:15", "the relation transaction isn't known"),
        ("select t.id from transactions t, predictions where score > id\n and id > 1", "1:8", None),
        ("select 1", "1:1", "the query doesn't read a table"),
        ("delete from transactions", "1:1", "the text isn't one query"),
    ],
)
def test_a_query_that_can_not_be_told_is_refused_at_its_place(
    project: Project, query: str, place: str, what: str | None
) -> None:
    Path("features.sql").write_text(query)
    code, _, err = project.run("infer", "fraud", "7", "--query", "features.sql")
    assert (code == 2) == (what is not None)
    if what is not None:
        assert f"at: features.sql:{place}" in err
        assert what in err


def test_a_qualified_name_can_not_be_read_through_contract_views(project: Project) -> None:
    Path("features.sql").write_text("select id from public.transactions")
    code, _, err = project.run("infer", "fraud", "7", "--query", "features.sql", "--reads-through", "view")
    assert code == 2
    assert "names transactions with its schema" in err


def test_a_view_is_listed_with_what_it_stands_on(project: Project) -> None:
    Path("features.sql").write_text("select amount from recent")
    project.infer("fraud", "7", "--query", "features.sql")
    found = project.contract("contracts/fraud/fraud-7.odcs.yaml").tables
    assert {str(table.table): [p.column for p in table.promises] for table in found} == {
        "recent": ["amount"], "transactions": ["amount", "channel"],
    }  # fmt: skip
    assert project.run("validate")[0] == 0


@pytest.mark.parametrize(
    ("model", "version", "writes", "only_the_authors_know"),
    [
        ("fraud", "7", "predictions(transaction_id, score, model_version) on conflict (transaction_id)", True),
        ("fraud", "8", "predictions(transaction_id, score, model_version, reason) on conflict (transaction_id)", True),
        ("limits", "3", "spending_limits(customer_id, amount, model_version) on conflict (customer_id)", False),
    ],
)
def test_the_reference_projects_contract_is_what_is_inferred_from_its_query(
    project: Project, model: str, version: str, writes: str, only_the_authors_know: bool
) -> None:
    for name in ("migrations", "contracts"):
        shutil.copytree(ROOT / name, project.folder / name)
    (project.folder / "schemaguard.toml").write_text("migrations = 'migrations'\n")
    by_hand = project.contract(f"contracts/{model}/{version}.odcs.yaml")
    (project.folder / f"contracts/{model}/{version}.odcs.yaml").unlink()
    query = f"contracts/{model}/{model}-{version}.sql"
    project.infer(model, version, "--query", query, "--writes", writes)
    inferred = project.contract(f"contracts/{model}/{model}-{version}.odcs.yaml")
    mine, theirs = (interface(each.tables, each.reads_through, None) for each in (inferred, by_hand))
    assert mine["reads"] == theirs["reads"]
    if only_the_authors_know:
        # The column takes NULL; that the model always sends a value isn't in its query.
        assert theirs["writes"]["predictions"]["columns"]["model_version"].pop("required")
    assert mine["writes"] == theirs["writes"]
