"""Every page of a registry without a database: found, whole, linked, and in three forms."""

import json
import re
from urllib.parse import unquote, urlsplit

import pytest
from starlette.testclient import TestClient

from schemaguard.catalog.objects import Name
from schemaguard.web import addresses, sitemap
from schemaguard.web.answers import SENTENCES
from tests.web import projects
from tests.web.html import Elements


def _every(folder_client: TestClient) -> list[str]:
    """Every address that links lead to, from the overview on."""
    found, waiting = {"/"}, ["/"]
    while waiting:
        page = Elements(folder_client.get(waiting.pop()).text)
        for link in page.links:
            path = urlsplit(link).path
            if path and not path.endswith((".json", ".md")) and path not in found:
                found.add(path)
                waiting.append(path)
    return sorted(found)


@pytest.mark.parametrize("name", ["reference", "hostile"])
def test_every_link_leads_to_a_page(name: str, request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue(name)
    answers = {address: client.get(address).status_code for address in _every(client)}
    assert {address: status for address, status in answers.items() if status != 200} == {}
    listed = set(sitemap.every(projects.snapshot(request.getfixturevalue(f"{name}_folder"))))
    assert listed - set(answers) == {"/search"}  # the search box leads there


@pytest.mark.parametrize("name", ["reference", "hostile"])
def test_every_page_is_whole_and_has_nothing_inline(name: str, request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue(name)
    for address in _every(client):
        answer = client.get(address)
        page = Elements(answer.text)
        assert page.faults == [], address
        for tag, attributes in page.found:
            assert not any(each.startswith("on") or each == "style" for each in attributes), (address, tag, attributes)
        assert [each.get("src") for each in page.of("script")] == ["/assets/registry.js"], address
        assert len(page.of("h1")) == 1
        assert "style" not in {tag for tag, _ in page.found}
        sources = [
            each.get(key) for tag, each in page.found for key in ("src", "href") if tag in ("link", "img", "use")
        ]
        assert not any(source and "//" in source for source in sources), address


def test_ids_are_there_once(reference: TestClient) -> None:
    for address in _every(reference):
        ids = [attributes["id"] for _, attributes in Elements(reference.get(address).text).found if "id" in attributes]
        assert len(ids) == len(set(ids)), address


@pytest.mark.parametrize("name", ["reference", "hostile"])
def test_every_page_answers_with_one_of_the_sentences_in_all_forms(name: str, request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue(name)
    for address in _every(client):
        stem = "/index" if address == "/" else address
        document = client.get(f"{stem}.json").json()
        sentence = SENTENCES[document["answer"]["key"]]
        pattern = ".*".join(map(re.escape, re.split(r"\{\w+\}", sentence.text)))
        assert re.fullmatch(pattern, document["answer"]["says"], re.IGNORECASE | re.DOTALL), document["answer"]
        assert document["answer"]["role"] == sentence.role
        assert document["page"] == address
        text = client.get(f"{stem}.md").text
        assert text.startswith("# ")
        said = Elements(client.get(address).text).text
        assert document["answer"]["says"] in " ".join(said.split())


def test_a_column_is_answered_in_one_sentence(reference: TestClient) -> None:
    document = reference.get("/tables/transactions/channel.json").json()
    assert document["answer"]["says"] == "May I drop it? No: fraud@7 reads it with no end stated (through the table)."
    assert document["command"] == "schemaguard contracts readers transactions.channel"
    assert document["data"]["answer"] == "no"


def test_a_column_that_nobody_needs_is_answered_with_yes(reference: TestClient) -> None:
    answer = reference.get("/tables/customers/country.json").json()["answer"]
    assert (answer["says"], answer["role"]) == ("May I drop it? Yes: no contract in its window names it.", "ok")


@pytest.mark.parametrize(
    "address",
    ["/nothing", "/models/nobody", "/models/fraud/99", "/tables/nothing", "/tables/transactions/nothing",
     "/tables/a%2Fb", "/models/%7e", "/models/fraud/7/8", "/tables/~ZZ", "/models/~C3", "/models/", "/migrations/x+y"],
)  # fmt: skip
def test_an_address_without_a_page_says_so(reference: TestClient, address: str) -> None:
    answer = reference.get(address)
    assert answer.status_code == 404
    page = Elements(answer.text)
    assert page.faults == []
    assert "There is no such page" in page.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [("channel", "transactions.channel"), ("FRAUD", "fraud@7"), ("risk-ml", "fraud@8"), ("0006", "0006")],
)
def test_search_finds_names_and_words_of_contracts(reference: TestClient, asked: str, found: str) -> None:
    page = Elements(reference.get("/search", params={"q": asked}).text)
    assert found in page.text


def test_search_says_what_is_near_where_nothing_is_found(reference: TestClient) -> None:
    document = reference.get("/search.json", params={"q": "transaktions"}).json()
    assert document["answer"]["says"] == "Nothing is called “transaktions”, and no contract says it."
    assert "transactions" in Elements(reference.get("/search", params={"q": "transaktions"}).text).text


@pytest.mark.parametrize("asked", ["", " ", "<script>alert(1)</script>", "x" * 5000, "\x00\u202e", "%", "(", "ü"])
def test_whatever_is_searched_gets_a_page(reference: TestClient, asked: str) -> None:
    answer = reference.get("/search", params={"q": asked})
    page = Elements(answer.text)
    assert (answer.status_code, page.faults, len(page.of("script"))) == (200, [], 1)


def test_a_hostile_name_is_shown_as_it_is(hostile: TestClient) -> None:
    for table in projects.HOSTILE_TABLES[:6]:
        page = Elements(hostile.get(addresses.table(Name(table, "public"))).text)
        assert table in page.text


def test_a_name_that_turns_the_direction_of_text_is_shown_with_an_escape(hostile: TestClient) -> None:
    text = hostile.get("/tables").text
    assert "\u202e" not in text
    assert "\\u202egnp" in text


@pytest.mark.parametrize(
    "name", [*projects.HOSTILE_TABLES, *projects.HOSTILE_COLUMNS, "", "~", "~41", "a", "Ä", "\ud800"]
)
def test_a_name_survives_its_address(name: str) -> None:
    part = addresses.escaped(name)
    assert addresses.unescaped(part) == name
    assert re.fullmatch(r"[A-Za-z0-9_~-]+", part)
    assert unquote(part) == part


@pytest.mark.parametrize("part", ["", "a.b", "~4", "~zz", "~61", "a/b", "~~", "ä", "~c3~84"])
def test_a_part_that_is_spelled_otherwise_names_nothing(part: str) -> None:
    with pytest.raises(ValueError):
        addresses.unescaped(part)


def test_what_is_asked_as_json_is_json(reference: TestClient) -> None:
    answer = reference.get("/models.json")
    assert answer.headers["content-type"] == "application/json"
    assert [each["model_version"] for each in json.loads(answer.text)["data"]["contracts"]] == ["7", "8", "2", "3"]
