"""The use cases on contracts, called from Python on a folder: list, readers, show, diff, search, without a database."""

from pathlib import Path

import pytest

from schemaguard.commands.contracts.diff import diff
from schemaguard.commands.contracts.known import bench, fits, read_book
from schemaguard.commands.contracts.list import list_contracts
from schemaguard.commands.contracts.readers import readers
from schemaguard.commands.contracts.search import search
from schemaguard.commands.contracts.show import show
from schemaguard.errors import ContractError, HistoryError, UsageError
from tests.unit.commands.sites import project, put, site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path / "shop")


def test_a_book_has_every_version_and_says_where_it_was_read(folder: Path) -> None:
    known = read_book(site(folder))
    assert [each.name for each in known.listed] == ["churn@1", "dashboard", "fraud@7", "fraud@8"]
    assert known.source == "folder contracts · windows from the dates in the contracts"
    assert known.catalog is None
    assert [len(each.versions) for each in known.shared] == [1, 1, 2]


def test_a_lock_file_beside_the_contracts_says_who_is_in_the_window(folder: Path) -> None:
    (folder / "contracts/window.lock").write_text(
        '{"version": 1, "at": "2026-11-01", "releases": '
        '[{"model": "fraud", "model_version": "8", "role": "active", "until": null, "contract": ""}]}'
    )
    known = read_book(site(folder))
    assert known.windows_from.startswith("contracts/window.lock, ")
    assert {each.name: each.standing for each in known.listed} == {
        "churn@1": "unpublished",
        "dashboard": "consumer",
        "fraud@7": "unpublished",
        "fraud@8": "active",
    }


def test_contracts_are_held_against_the_tables_of_the_migrations(folder: Path) -> None:
    where = site(folder)
    known = read_book(where)
    held = bench(where, known, None, None)
    assert (held.place, held.why_not) == ("the migrations", ())
    verdicts = fits(known.shared, held.catalog)
    by_name = {each.contract.model: verdicts[each.contract.digest].verdict for each in known.shared}
    assert by_name == {"churn": "breaks", "dashboard": "fits", "fraud": "fits"}
    assert fits(known.shared, None) == {}


def test_where_there_are_no_migrations_it_is_said_and_named_ones_are_an_error(folder: Path) -> None:
    for file in (folder / "sql").iterdir():
        file.unlink()
    (folder / "sql").rmdir()
    (folder / "schemaguard.toml").unlink()
    where = site(folder)
    held = bench(where, read_book(where), None, None)
    assert held.catalog is None
    assert held.why_not[0].startswith("nothing was held against the migrations: ")
    with pytest.raises(HistoryError, match="there is no missing"):
        bench(where, read_book(where), "missing", None)


@pytest.mark.parametrize(
    ("thing", "names"),
    [
        (None, ["churn@1", "dashboard", "fraud@7", "fraud@8"]),
        ("transactions", ["churn@1", "fraud@7", "fraud@8"]),
        ("transactions.amount", ["fraud@7", "fraud@8"]),
        ("public.predictions", ["dashboard"]),
    ],
)
def test_a_list_holds_those_that_name_a_table_or_column(folder: Path, thing: str | None, names: list[str]) -> None:
    assert [each.name for each in list_contracts(site(folder), thing).listed] == names


def test_a_name_that_nobody_knows_is_an_error_with_the_nearest(folder: Path) -> None:
    with pytest.raises(UsageError) as raised:
        list_contracts(site(folder), "transaction.amount")
    assert "transactions" in str(raised.value)


@pytest.mark.parametrize(
    ("thing", "answer", "inside", "outside"),
    [
        ("transactions.amount", "no", ["fraud"], []),
        ("transactions.note", "yes", [], ["churn"]),
        ("transactions.seen", "yes", [], []),
        ("predictions.score", "no", ["dashboard"], []),
    ],
)
def test_readers_say_whether_a_column_may_go(
    folder: Path, thing: str, answer: str, inside: list[str], outside: list[str]
) -> None:
    found = readers(site(folder), thing).readership
    assert found.answer == answer
    assert [use.versions[0].contract.model for use in found.inside] == inside
    assert [use.versions[0].contract.model for use in found.outside] == outside
    assert found.unknown


def test_readers_name_the_views_that_read_a_column(folder: Path) -> None:
    found = readers(site(folder), "transactions.amount").readership
    assert [(str(view), is_certain) for view, is_certain in found.views] == [("web", True)]
    assert readers(site(folder), "transactions.note").readership.views == ()


def test_one_model_one_version_or_a_consumer_is_shown(folder: Path) -> None:
    where = site(folder)
    assert [each.name for each in show(where, "fraud").listed] == ["fraud@7", "fraud@8"]
    assert [each.name for each in show(where, "fraud", "8").listed] == ["fraud@8"]
    assert [each.name for each in show(where, "dashboard").listed] == ["dashboard"]
    for model, version in (("fraud", "9"), ("fruad", None)):
        with pytest.raises(UsageError, match=model):
            show(where, model, version)


def test_what_a_contract_says_otherwise_is_told_by_column_and_term(folder: Path) -> None:
    put(folder, "next", ["1"], "transactions", ["amount"], until="2030-01-01")
    found = diff(site(folder), "fraud@7", "next")
    assert [(str(each.table), each.column) for each in found.differences] == [("transactions", "channel")]
    assert {each.key: each.what for each in found.terms} == {
        "endOfSupport": "none → 2030-01-01",
        "owner": "risk → nobody",
    }
    assert diff(site(folder), "fraud@7", "contracts/fraud.odcs.yaml").differences == ()


def test_two_files_are_compared_whatever_else_the_folder_holds(folder: Path) -> None:
    (folder / "contracts/spoilt.odcs.yaml").write_text("- no contract")
    found = diff(site(folder), "contracts/fraud.odcs.yaml", "contracts/churn.odcs.yaml")
    assert {each.column for each in found.differences} == {"amount", "channel", "note", "gone"}
    with pytest.raises(ContractError):
        diff(site(folder), "contracts/fraud.odcs.yaml", "churn")
    with pytest.raises(ContractError, match="there is no such file"):
        diff(site(folder), "contracts/fraud.odcs.yaml", "missing.yaml")


@pytest.mark.parametrize(
    ("words", "models"),
    [
        (["amount"], ["fraud"]),
        (["RISK", "channel"], ["fraud"]),
        (["transactions"], ["churn", "fraud"]),
        (["zebra"], []),
    ],
)
def test_a_search_finds_the_contracts_that_have_every_word(folder: Path, words: list[str], models: list[str]) -> None:
    assert sorted(each.who.contract.model for each in search(site(folder), words).found) == models


def test_a_search_without_a_hit_offers_words_that_look_alike(folder: Path) -> None:
    assert "amount" in search(site(folder), ["amuont"]).near
    assert search(site(folder), ["amount"]).near == ()
    with pytest.raises(UsageError, match="no word to search for"):
        search(site(folder), ["", " "])
