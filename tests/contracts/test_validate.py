"""`schemaguard contracts validate`: every layer says what is wrong, where, and what to do next."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemaguard.cli.main import app
from schemaguard.contracts import odcs
from schemaguard.contracts.example import EXAMPLE
from tests.contracts.mutilated import MUTILATED

TABLES = """
CREATE TABLE transactions (id bigint PRIMARY KEY, amount numeric(12,2) NOT NULL, channel text);
CREATE TABLE predictions (transaction_id bigint NOT NULL, score double precision NOT NULL);
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with migrations and the example contract's place."""
    monkeypatch.chdir(tmp_path)
    for name in ("SCHEMAGUARD_REGISTRY_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "schemaguard.toml").write_text("migrations = 'sql'\n")
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql/001.sql").write_text(TABLES)
    (tmp_path / "contracts").mkdir()
    return tmp_path


def _write(folder: Path, text: str | bytes, **beside: str) -> None:
    raw = text if isinstance(text, bytes) else text.encode()
    (folder / "contracts/fraud.odcs.yaml").write_bytes(raw)
    (folder / "contracts/fraud-7.sql").write_text("select id, amount, channel from transactions")
    for name, content in beside.items():
        (folder / "contracts" / name.replace("__", ".")).write_text(content)


def _errors(*arguments: str) -> tuple[int, list[dict[str, str]]]:
    done = CliRunner().invoke(app, ["contracts", "validate", *arguments, "--format", "json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    remarks = [remark for file in json.loads(done.stdout)["files"] for remark in file["remarks"]]
    return done.exit_code, remarks


def _with(old: str, new: str) -> str:
    assert old in EXAMPLE
    return EXAMPLE.replace(old, new, 1)


def test_the_example_is_valid(folder: Path) -> None:
    _write(folder, EXAMPLE)
    assert _errors() == (0, [])


def test_there_are_fifty_mutilated_contracts() -> None:
    assert len(MUTILATED) >= 50


@pytest.mark.parametrize("name", MUTILATED)
def test_a_mutilated_contract_is_one_clear_error(folder: Path, name: str) -> None:
    _write(folder, MUTILATED[name])
    code, remarks = _errors()
    assert code == 1
    (remark,) = remarks
    assert remark["severity"] == "error"
    assert re.fullmatch(r"contracts/fraud\.odcs\.yaml:\d+:\d+", remark["at"])
    assert remark["message"]
    assert remark["next"]
    assert len(remark["message"]) < 7000


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("an unknown key of a column", "true, unique", "did you mean 'required'?"),
        ("an unknown key of ours", "readThrough", "did you mean 'readsThrough'?"),
        ("an unknown table", "name: transactions", "did you mean 'transactions'?"),
        ("an unknown column", "{name: chanel", "did you mean 'channel'?"),
    ],
)
def test_an_error_stands_at_its_line_with_the_nearest_name(folder: Path, name: str, value: str, hint: str) -> None:
    _write(folder, MUTILATED[name])
    _, (remark,) = _errors()
    assert remark["next"] == hint
    place = remark["at"].split(":")
    text = MUTILATED[name].decode().splitlines()[int(place[1]) - 1]
    assert text[int(place[2]) - 1 :].startswith(value)


QUERY = "  - {property: query, value: features.sql, vendor: schemaguard}\n  - {property: readsThrough"


def test_what_a_query_reads_and_the_contract_does_not_list_is_an_error(folder: Path) -> None:
    text = _with("  - {property: readsThrough", QUERY).replace(
        "      - {name: channel, logicalType: string, physicalType: text, enum: [{value: web}, {value: pos}]}\n", ""
    )
    _write(folder, text, features__sql="select id, amount from transactions where channel = 'web'")
    code, (remark,) = _errors()
    assert code == 1
    assert remark["message"] == "features.sql reads transactions.channel, which the contract doesn't list"


def test_a_qualified_name_makes_a_view_reader_a_table_reader(folder: Path) -> None:
    text = _with("  - {property: readsThrough", QUERY).replace("value: table", "value: view")
    _write(folder, text, features__sql="select id from public.transactions")
    code, (remark,) = _errors()
    assert code == 1
    assert remark["layer"] == "query"
    assert "public" in remark["message"] or "transactions" in remark["message"]


def test_a_query_of_a_table_that_is_not_there_cannot_be_told(folder: Path) -> None:
    _write(folder, _with("  - {property: readsThrough", QUERY), features__sql="select id from nowhere")
    code, (remark,) = _errors()
    assert (code, remark["layer"]) == (1, "query")


SIGNED = "  - {property: signature, value: signature.json, vendor: schemaguard}\n  - {property: readsThrough"


def test_a_signature_that_refuses_a_column_or_asks_for_another_is_an_error(folder: Path) -> None:
    fields = [{"name": "amount", "type": "float"}, {"name": "chanel", "type": "string"}, {"name": "id", "type": "long"}]
    _write(folder, _with("  - {property: readsThrough", SIGNED), signature__json=json.dumps(fields))
    code, remarks = _errors()
    assert code == 1
    assert [remark["message"] for remark in remarks] == [
        (
            "the signature of fraud 7 refuses amount: "
            "numeric(12,2) arrives as float64, which the signature's float refuses"
        ),
        "the signature of fraud 7 asks for chanel, which the contract doesn't read",
    ]
    assert remarks[1]["next"] == "did you mean 'channel'?"


def test_a_contract_whose_support_is_over_is_a_warning(folder: Path) -> None:
    _write(folder, _with('"2026-12-31"', '"2026-09-02"').replace("2026", "2020"))
    code, (remark,) = _errors()
    assert (code, remark["severity"], remark["layer"]) == (0, "warning", "window")


def test_a_file_that_is_not_what_the_lock_file_names_is_an_error(folder: Path) -> None:
    entry = {"model": "fraud", "model_version": "7", "role": "active", "until": None, "contract": "0" * 64}
    lock = {"version": 1, "at": "2026-10-01T00:00:00+00:00", "releases": [entry]}
    _write(folder, EXAMPLE, window__lock=json.dumps(lock))
    code, (remark,) = _errors()
    assert (code, remark["layer"]) == (1, "window")
    entry["contract"] = odcs.parse(EXAMPLE, "x").digest
    _write(folder, EXAMPLE, window__lock=json.dumps(lock))
    assert _errors() == (0, [])


def test_two_contracts_for_one_version_are_an_error(folder: Path) -> None:
    _write(folder, EXAMPLE)
    (folder / "contracts/other.odcs.yaml").write_text(EXAMPLE)
    code, (remark,) = _errors()
    assert code == 1
    assert remark["message"] == "fraud@7 has another contract: contracts/fraud.odcs.yaml"


def test_one_file_or_one_version_is_judged_alone(folder: Path) -> None:
    _write(folder, EXAMPLE)
    (folder / "contracts/broken.odcs.yaml").write_text(_with('"7"', '"8"').replace("name: channel", "name: chanel"))
    assert _errors("contracts/fraud.odcs.yaml") == (0, [])
    assert _errors("fraud", "7") == (0, [])
    assert _errors("fraud@8")[0] == 1


def test_without_migrations_it_says_that_nothing_was_held_against_them(folder: Path) -> None:
    (folder / "schemaguard.toml").write_text("migrations = 'nowhere'\n")
    _write(folder, EXAMPLE)
    done = CliRunner().invoke(app, ["contracts", "validate"])
    assert done.exit_code == 0
    assert "VALID   fraud@7  contracts/fraud.odcs.yaml\nnothing was held against the migrations" in done.stdout
