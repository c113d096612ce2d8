"""A page is written once of a snapshot, and anew of the next."""

from pathlib import Path

from starlette.testclient import TestClient

from schemaguard.web.app import make_app
from schemaguard.web.kept import WrittenPage, WrittenPages
from schemaguard.web.shelf import Shelf
from tests.web import projects


def _page(body: bytes) -> WrittenPage:
    return WrittenPage(body, 200, "text/plain")


def test_a_page_is_written_once_and_what_is_too_much_is_not_kept(reference_folder: Path) -> None:
    snapshot = Shelf(lambda: projects.site(reference_folder)).snapshot()
    pages, written = WrittenPages(most_bytes=10), list[str]()

    def get(name: str, size: int) -> WrittenPage:
        def write() -> WrittenPage:
            written.append(name)
            return _page(b"x" * size)

        return pages.get(snapshot, (name,), write)

    assert [get(name, size).body for name, size in (("a", 8), ("a", 8), ("b", 5), ("b", 5))][1] == b"x" * 8
    assert written == ["a", "b", "b"]


def test_a_problem_that_comes_later_is_on_the_page(reference_folder: Path) -> None:
    snapshot = Shelf(lambda: projects.site(reference_folder)).snapshot()
    pages = WrittenPages()
    first = pages.get(snapshot, ("/",), lambda: _page(b"before"))
    snapshot.problems = (*snapshot.problems, *snapshot.problems, Exception())  # type: ignore[assignment]  # only counted

    assert (first.body, pages.get(snapshot, ("/",), lambda: _page(b"after")).body) == (b"before", b"after")


def test_forms_and_queries_of_one_address_are_pages_of_their_own(reference_folder: Path) -> None:
    with TestClient(make_app(Shelf(lambda: projects.site(reference_folder))), base_url="http://127.0.0.1") as client:
        for _ in range(2):
            assert client.get("/tables.json").json()["page"] == "/tables"
            assert client.get("/tables.md").text.startswith("# ")
            assert "channel" in client.get("/search", params={"q": "channel"}).text
            assert "nothing" in client.get("/search", params={"q": "zzzz"}).text.lower()
            assert client.get("/nowhere").status_code == 404
