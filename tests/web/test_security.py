"""Who may read the registry, and what a browser may do with it."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from schemaguard.errors import UsageError
from schemaguard.web.security import is_loopback
from schemaguard.web.server import Listening, check
from tests.web import projects

TOKEN = "0123456789abcdef-token"


@pytest.fixture(scope="module")
def guarded(reference_folder: Path) -> Iterator[TestClient]:
    """A registry that is reached from elsewhere."""
    with projects.client(reference_folder, token=TOKEN, local_only=False) as opened:
        yield opened


@pytest.mark.parametrize(
    "path", ["/", "/models.json", "/tables.md", "/assets/tokens.css", "/nothing", "/healthz", "/metrics"]
)
def test_every_answer_has_a_policy_that_lets_nothing_in(reference: TestClient, path: str) -> None:
    headers = reference.get(path).headers
    policy = dict(each.partition(" ")[::2] for each in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert (policy["script-src"], policy["style-src"], policy["img-src"]) == ("'self'",) * 3
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_nothing_but_reading_is_answered(reference: TestClient, method: str) -> None:
    answer = reference.request(method, "/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_head_has_the_headers_and_no_body(reference: TestClient) -> None:
    answer = reference.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "", "localhost.evil", "[::2]"]
)
def test_a_name_that_merely_resolves_here_is_refused(reference: TestClient, host: str) -> None:
    assert reference.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST:1"])
def test_a_loopback_name_is_answered(reference: TestClient, host: str) -> None:
    assert reference.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/models.json", "/metrics", "/assets/tokens.css", "/api/v1/openapi.json"])
def test_without_the_token_nothing_is_told(guarded: TestClient, path: str) -> None:
    answer = guarded.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert "fraud" not in answer.text


def _basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"me:{password}".encode()).decode()


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", _basic(TOKEN)])
def test_the_token_opens_as_a_bearer_token_or_as_a_password(guarded: TestClient, header: str) -> None:
    assert guarded.get("/", headers={"authorization": header, "host": "any.example"}).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", _basic(""), "Basic !!!", f"Digest {TOKEN}", TOKEN],
)
def test_another_token_does_not_open(guarded: TestClient, header: str) -> None:
    assert guarded.get("/", headers={"authorization": header}).status_code == 401


def test_a_probe_needs_no_token_and_learns_nothing(guarded: TestClient) -> None:
    assert guarded.get("/healthz").text == "ok\n"
    assert guarded.get("/readyz").text == "ready\n"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "db1.example", "127.0.0.1.nip.io"])
def test_an_address_that_others_reach_wants_a_token(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(UsageError, match="no token is set"):
        check(Listening(host, 8765))
    check(Listening(host, 8765, TOKEN))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LocalHost"])
def test_an_address_of_this_machine_alone_wants_none(host: str) -> None:
    assert is_loopback(host)
    check(Listening(host, 8765))


def test_a_short_token_is_refused() -> None:
    with pytest.raises(UsageError, match="fewer than 16 characters"):
        check(Listening("127.0.0.1", 8765, "short"))


def test_a_path_outside_of_the_assets_is_not_served(reference: TestClient) -> None:
    for path in ("/assets/../app.py", "/assets/%2e%2e/app.py", "/assets//etc/passwd", "/assets/page.html"):
        assert "import" not in reference.get(path).text
    assert reference.get("/assets/tokens.css").headers["content-type"].startswith("text/css")


def test_a_password_is_in_no_answer(reference_folder: Path) -> None:
    url = f"postgresql://me:hunter2@/nowhere?host={reference_folder}"
    with projects.client(reference_folder, database_url=url) as opened:
        for path in ("/", "/index.json", "/index.md", "/metrics", "/models", "/readyz"):
            assert "hunter2" not in opened.get(path).text
        document = opened.get("/index.json").json()
        assert document["answer"]["key"] == "overview-blind"
        assert opened.get("/readyz").status_code == 503
        assert opened.get("/tables/transactions/channel").status_code == 200
    assert os.environ.get("SCHEMAGUARD_DATABASE_URL") != url
