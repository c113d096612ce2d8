"""Contract files: read in order, each error with its place; new ones written all or none."""

from pathlib import Path

import pytest
import yaml

from schemaguard.adapters.files.contracts import read_contracts, read_file, write_new
from schemaguard.errors import ContractError
from tests.contracts.projects import contract, entry


def _write(folder: Path, name: str, model: str, versions: list[str]) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(yaml.safe_dump(contract(model, versions, entry("transactions", ["amount"]))))


def test_every_contract_of_the_folder_and_below_is_read_in_order(tmp_path: Path) -> None:
    _write(tmp_path, "contracts/b.odcs.yaml", "fraud", ["7"])
    _write(tmp_path, "contracts/a.odcs.yml", "churn", ["1"])
    _write(tmp_path, "contracts/team/c.odcs.yaml", "board", [])
    (tmp_path / "contracts/notes.yaml").write_text("no: contract")
    read = read_contracts(tmp_path / "contracts", tmp_path)
    assert [(each.file, each.model) for each in read] == [
        ("contracts/a.odcs.yml", "churn"),
        ("contracts/b.odcs.yaml", "fraud"),
        ("contracts/team/c.odcs.yaml", "board"),
    ]
    assert [each.is_consumer for each in read] == [False, False, True]


def test_two_contracts_of_one_model_version_are_refused_with_both_files(tmp_path: Path) -> None:
    _write(tmp_path, "a.odcs.yaml", "fraud", ["7", "8"])
    _write(tmp_path, "b.odcs.yaml", "fraud", ["8"])
    with pytest.raises(ContractError, match="fraud@8 has two contracts") as raised:
        read_contracts(tmp_path, tmp_path)
    assert raised.value.at == "b.odcs.yaml and a.odcs.yaml"


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="there is no such file") as raised:
        read_file(tmp_path / "missing.odcs.yaml", tmp_path)
    assert (raised.value.at, raised.value.next) == ("missing.odcs.yaml", "name a contract file")


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"\xff\xfe", "can't be read"), (b"a: [", ""), (b"- one", ""), (b"kind: Other", ""), (b"x" * 9_000_000, "bytes")],
    ids=["no text", "no YAML", "a list", "something else", "too large"],
)
def test_what_is_no_contract_is_refused_with_its_place(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "a.odcs.yaml").write_bytes(content)
    with pytest.raises(ContractError) as raised:
        read_contracts(tmp_path, tmp_path)
    assert what in raised.value.what
    assert raised.value.at.startswith("a.odcs.yaml:")


def test_a_query_outside_of_the_folder_of_the_contract_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.sql").write_text("select 1")
    (tmp_path / "in").mkdir()
    document = contract("fraud", ["7"], entry("transactions", ["amount"]), query="../secret.sql")
    (tmp_path / "in/a.odcs.yaml").write_text(yaml.safe_dump(document))
    with pytest.raises(ContractError):
        read_file(tmp_path / "in/a.odcs.yaml", tmp_path)


def test_new_files_are_written_all_or_none(tmp_path: Path) -> None:
    one, two = tmp_path / "deep/one", tmp_path / "two"
    two.write_text("mine")
    with pytest.raises(ContractError, match="the file already exists"):
        write_new({one: "1", two: "2"})
    assert (one.exists(), two.read_text()) == (False, "mine")
    write_new({one: "1", two: "mine"})
    assert (one.read_text(), two.read_text()) == ("1", "mine")
