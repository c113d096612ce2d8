"""The registry for programs: described by OpenAPI, and never a server's fault."""

from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from tests.web import projects

PATHS = ("overview", "contracts", "contract", "tables", "readers", "lineage", "matrix", "migrations", "revision",
         "operations", "operation", "ledger", "search")  # fmt: skip
ASKED = {
    "contract": {"model": "fraud", "version": "7"},
    "readers": {"object": "transactions.channel"},
    "revision": {"id": "0005"},
    "search": {"q": "channel"},
    "lineage": {"table": "transactions"},
    "matrix": {"model": "fraud"},
}
HOSTILE = (
    "", "\x00", "'; drop table x --", "a" * 1000, "a" * 1001, "..", "%00", "\u202e", "{{7*7}}", '"', '"a"."b',
    "a.b.c.d", "-1", "0", "9" * 30, "😀", *projects.HOSTILE_TABLES, projects.HOSTILE_MODEL,
)  # fmt: skip
TEXTS = ("model", "version", "object", "id", "q")


@pytest.fixture(scope="module")
def description(reference: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = reference.get("/api/v1/openapi.json").json()
    return found


def test_every_address_is_described(description: dict[str, Any]) -> None:
    assert set(description["paths"]) == {f"/api/v1/{path}" for path in PATHS}
    assert all(set(methods) == {"get"} for methods in description["paths"].values())


@pytest.mark.parametrize("path", [path for path in PATHS if path != "operation"])
def test_an_answer_is_as_it_is_described(reference: TestClient, description: dict[str, Any], path: str) -> None:
    answer = reference.get(f"/api/v1/{path}", params=ASKED.get(path))
    assert answer.status_code == 200, answer.text
    content = description["paths"][f"/api/v1/{path}"]["get"]["responses"]["200"]["content"]["application/json"]
    jsonschema.validate(answer.json(), {**content["schema"], "components": description["components"]})
    page = answer.json()["page"]
    assert reference.get(f"{'/index' if page == '/' else page}.json").status_code == 200


def test_contracts_come_a_page_at_a_time_and_each_once(reference: TestClient) -> None:
    def page(**asked: int) -> dict[str, Any]:
        answer = reference.get("/api/v1/contracts", params=asked)
        assert answer.status_code == 200
        data: dict[str, Any] = answer.json()["data"]
        return data

    whole = page()
    assert (whole["next"], whole["total"]) == (None, len(whole["contracts"]))
    found, start = [], 0
    while start is not None:
        one = page(start=start, limit=1)
        assert len(one["contracts"]) == 1
        found += one["contracts"]
        start = one["next"]
    assert found == whole["contracts"]
    assert page(start=10_000)["contracts"] == []
    for refused in ({"limit": 0}, {"limit": 1001}, {"start": -1}):
        assert reference.get("/api/v1/contracts", params=refused).status_code == 422


def test_may_it_be_dropped_is_answered_in_a_word(reference: TestClient) -> None:
    found = reference.get("/api/v1/readers", params={"object": "transactions.channel"}).json()
    assert (found["answer"]["key"], found["data"]["answer"]) == ("drop-no", "no")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_that_is_asked_is_a_fault_of_the_server(hostile: TestClient, path: str) -> None:
    for value in HOSTILE:
        texts = dict.fromkeys(TEXTS, value)
        numbers = {
            **ASKED.get(path, {}),
            "number": value,
            "before": value,
            "history": value,
            "start": value,
            "limit": value,
        }
        for asked in (texts, {"table": value}, numbers):
            answer = hostile.get(f"/api/v1/{path}", params=asked)
            assert answer.status_code in (200, 404, 422), (asked, answer.text)
            assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("contract", {"model": "nobody"}),
        ("readers", {"object": "nothing"}),
        ("revision", {"id": "0099"}),
        ("revision", {"id": "0005", "history": "7"}),
        ("operation", {"number": "1"}),
        ("lineage", {"model": "fraud", "table": "transactions"}),
    ],
)
def test_what_is_not_there_says_what_to_do(reference: TestClient, path: str, asked: dict[str, str]) -> None:
    answer = reference.get(f"/api/v1/{path}", params=asked)
    assert answer.status_code == 404
    assert answer.json()["error"]


def test_a_contract_that_cannot_be_read_is_named_and_mended_without_a_restart(tmp_path: Any) -> None:
    folder = projects.reference(tmp_path)
    with projects.client(folder) as opened:
        assert opened.get("/api/v1/contracts").status_code == 200
        file = folder / "contracts" / "fraud" / "7.odcs.yaml"
        text = file.read_text()
        file.write_text(text.replace("physicalType: text", "physicalType: [text"))
        refused = opened.get("/api/v1/contracts")
        assert refused.status_code == 503
        assert "7.odcs.yaml" in refused.json()["at"]
        assert "7.odcs.yaml" in opened.get("/").text
        assert opened.get("/readyz").status_code == 503
        file.write_text(text)
        assert opened.get("/api/v1/contracts").status_code == 200


def test_a_new_contract_is_seen_at_the_next_request(tmp_path: Any) -> None:
    folder = projects.reference(tmp_path)
    with projects.client(folder) as opened:
        assert opened.get("/models/fraud/9").status_code == 404
        text = (folder / "contracts" / "fraud" / "8.odcs.yaml").read_text()
        (folder / "contracts" / "fraud" / "9.odcs.yaml").write_text(
            text.replace('"8"', '"9"').replace("fraud:8", "fraud:9")
        )
        assert opened.get("/models/fraud/9").status_code == 200
