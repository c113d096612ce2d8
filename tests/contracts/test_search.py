"""`schemaguard contracts search`: contracts by words, the best first."""

import pytest
from inline_snapshot import snapshot

from tests.contracts.projects import Project, entry

AMOUNT = {"name": "amount", "physicalType": "numeric(12,2)", "description": "in cents, never negative"}
RISK = {"name": "risk", "enum": [{"value": "low"}, {"value": "high"}]}


@pytest.fixture
def shelf(project: Project) -> Project:
    project.contract("fraud", ["7", "8"], entry("transactions", ["id", AMOUNT]), team={"name": "risk-ml"})
    project.contract("dashboard", [], entry("merchants", [RISK]), description={"purpose": "How much is fraud?"})
    return project


def names(project: Project, *words: str) -> list[str]:
    return [each["name"] for each in project.json("search", *words)["contracts"]]


def test_hits_are_shown_with_their_places(shelf: Project) -> None:
    assert shelf.told("search", "amount") == snapshot("""\
fraud@7, 8 (declared)
  column       transactions.amount  contracts/fraud-7.odcs.yaml:27
  type         numeric(12,2) (transactions.amount)  contracts/fraud-7.odcs.yaml:27
1 contract with amount · folder contracts · windows from the dates in the contracts
""")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("fraud",), ["fraud@7, 8", "dashboard"]),
        (("risk",), ["dashboard", "fraud@7, 8"]),
        (("FRAUD@8",), []),
        (("numeric",), ["fraud@7, 8"]),
        (("cents", "amount"), ["fraud@7, 8"]),
        (("in cents",), ["fraud@7, 8"]),
        (("high",), ["dashboard"]),
        (("risk-ml",), ["fraud@7, 8"]),
        (("dashboard-c.odcs",), ["dashboard"]),
        (("amount", "merchants"), []),
        ((".*",), []),
        (("consumer",), ["dashboard"]),
    ],
)
def test_every_word_has_to_be_somewhere_and_the_best_is_first(
    shelf: Project, words: tuple[str, ...], expected: list[str]
) -> None:
    assert names(shelf, *words) == expected


def test_a_word_counts_more_than_a_part_of_one(project: Project) -> None:
    project.contract("a", ["1"], entry("t", ["grid"]))
    project.contract("b", ["1"], entry("t", ["id_of_card"]))
    project.contract("c", ["1"], entry("t", ["id"]))
    assert names(project, "id") == ["c@1", "b@1", "a@1"]


def test_what_is_not_found_is_answered_with_words_like_it(shelf: Project) -> None:
    told = shelf.told("search", "merchents")
    assert told.startswith("0 contracts with merchents")
    assert "words like it: merchants" in told


def test_a_word_that_is_somewhere_needs_none_like_it(shelf: Project) -> None:
    assert shelf.json("search", "amount", "merchents")["nearest"] == shelf.json("search", "merchents")["nearest"]


def test_nothing_to_look_for_is_an_error(shelf: Project) -> None:
    assert shelf.run("search", " ")[0] == 2


def test_the_spans_are_where_the_words_are(shelf: Project) -> None:
    hits = shelf.json("search", "AMOUNT")["contracts"][0]["hits"]
    assert hits
    assert {hit["text"][start:end] for hit in hits for start, end in hit["spans"]} == {"amount"}


@pytest.mark.parametrize("width", [60, 80, 120])
def test_hostile_and_long_texts_fit_the_terminal(project: Project, width: int) -> None:
    purpose = "\x1b]0;title\x07 needle [bold]\u202e " + "very long words " * 60
    project.contract(
        "fraud", [str(n) for n in range(1, 40, 2)], entry("t", ["needle"]), description={"purpose": purpose}
    )
    lines = project.lines(width, "search", "needle")
    assert max(map(len, lines)) <= width
    assert not any(letter in line for line in lines for letter in "\x1b\x07\u202e")
    assert any("needle [bold]" in line for line in lines)


def test_an_empty_folder_has_nothing(empty: Project) -> None:
    assert empty.told("search", "x").startswith("0 contracts with x")
