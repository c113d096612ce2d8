"""The registry in the browser over a real database: what serves, what happened, what may be dropped, and read-only."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from starlette.testclient import TestClient

from schemaguard.commands.site import Site as Opened
from schemaguard.web import sitemap
from schemaguard.web.app import make_app
from schemaguard.web.shelf import Shelf
from tests.postgres.verbs.site import Site
from tests.web.html import Elements

Registry = Callable[[], TestClient]


@contextmanager
def browsing(site: Site) -> Iterator[TestClient]:
    """The registry of the site, which looks for changes at every request."""
    shelf = Shelf(lambda: Opened(site.folder, read_only=True), look_s=0.0)
    with TestClient(make_app(shelf), base_url="http://127.0.0.1") as opened:
        yield opened


def said(registry: TestClient, path: str) -> str:
    answer = registry.get(f"{path}.json")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["answer"]["says"])


def test_a_story_is_told_as_it_happens(live: Site) -> None:
    with browsing(live) as registry:
        assert said(registry, "/index") == "The one contract in its window gets what it needs."
        assert said(registry, "/operations") == "Nothing is under way. The last one, promote fraud → 7, is done."
        live.ask("alter table transactions add column entry_mode text")
        live.done("contracts", "publish", "fraud", "8")
        live.done("promote", "fraud", "8", "--yes", "--finish")
        assert said(registry, "/models/fraud") == "fraud@8 serves; two versions are in their windows."
        until = "until it is superseded + 14 days"
        assert said(registry, "/tables/transactions/entry_mode") == (
            f"May I drop it? No: fraud@8 reads it {until} (through the table)."
        )
        assert re.fullmatch(
            r"May I drop it\? No: fraud@7 reads it until \d{4}-\d\d-\d\d \(through the table\)\.",
            said(registry, "/tables/transactions/channel"),
        )
        live.done("rollback", "fraud", "--yes", "--finish", "--reason", "false negatives tripled")
        document = registry.get("/operations/3.json").json()
        assert re.fullmatch(r"Done in [\d.]+ m?s: fraud@7 serves\.", document["answer"]["says"])
        assert [step["name"] for step in document["data"]["steps"]] == [
            "INTENT",
            "PREPARE",
            "COMMIT",
            "PROJECT",
            "FINISH",
        ]
        page = Elements(registry.get("/operations/3").text)
        assert "false negatives tripled" in page.text
        assert "Pointer switched" in page.text
        assert "ada" in Elements(registry.get("/ledger").text).text


def test_every_page_of_a_registry_with_a_database_is_whole(live: Site) -> None:
    live.ask("alter table transactions add column entry_mode text")
    live.done("contracts", "publish", "fraud", "8")
    with browsing(live) as registry:
        snapshot_pages = list(sitemap.every(_snapshot(live)))
        assert {"/operations/1", "/ledger", "/tables/fraud_7+transactions"} <= set(snapshot_pages)
        for address in snapshot_pages:
            answer = registry.get(address)
            assert (answer.status_code, Elements(answer.text).faults) == (200, []), address


def _snapshot(site: Site) -> object:
    from schemaguard.commands.serve import take_judged

    with Opened(site.folder, read_only=True) as opened:
        return take_judged(opened)


def test_figures_for_prometheus_are_those_of_the_database(live: Site) -> None:
    with browsing(live) as registry:
        text = registry.get("/metrics").text
    for line in ('schemaguard_windows{role="active"} 1', 'schemaguard_epoch{model="fraud"} 1', "schemaguard_drift 0",
                 'schemaguard_contracts{verdict="fits"} 1', 'schemaguard_pending_operations{state="open"} 0',
                 "schemaguard_ledger_intact 1"):  # fmt: skip
        assert line in text.splitlines()
    assert all(re.fullmatch(r"# (HELP|TYPE) .+|[a-z_]+(\{.*\})? [-+.0-9e]+", line) for line in text.splitlines())


def test_drift_and_a_ledger_that_was_tampered_with_are_the_first_sentence(live: Site) -> None:
    live.ask("alter table schemaguard.ledger disable trigger user")
    live.ask("update schemaguard.ledger set actor = 'eve' where position = 2")
    live.ask("drop schema fraud_7 cascade")
    with browsing(live) as registry:
        assert said(registry, "/ledger").startswith("The ledger isn’t what was written: entry 2")
        assert "the contract views of fraud 7 are gone" in Elements(registry.get("/").text).text
        assert "schemaguard_ledger_intact 0" in registry.get("/metrics").text


def test_the_registry_can_change_nothing(live: Site) -> None:
    with (
        Opened(live.folder, read_only=True) as opened,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        opened.database.connection.execute("delete from schemaguard.held_revision")


def test_a_role_that_may_only_read_is_enough(live: Site) -> None:
    live.ask("drop role if exists registry_reader")
    live.ask("create role registry_reader login")
    live.ask("grant usage on schema schemaguard to registry_reader")
    live.ask("grant select on all tables in schema schemaguard to registry_reader")
    live.ask("grant select on alembic_version to registry_reader")
    try:
        url = re.sub(r"//[^/@]*@?/", "//registry_reader@/", live.url)
        shelf = Shelf(lambda: Opened(live.folder, read_only=True, database_url=url), look_s=0.0)
        with TestClient(make_app(shelf), base_url="http://127.0.0.1") as registry:
            for path in ("/", "/operations/1", "/ledger", "/tables/transactions/channel", "/matrix"):
                assert registry.get(path).status_code == 200
            assert said(registry, "/index") == "The one contract in its window gets what it needs."
    finally:
        live.ask("drop owned by registry_reader")
        live.ask("drop role registry_reader")


def test_a_database_that_goes_away_is_said_and_comes_back(live: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with browsing(live) as registry:
        assert said(registry, "/index") == "The one contract in its window gets what it needs."
        name = live.url.split("?")[0].rsplit("/", 1)[1]
        monkeypatch.setenv("SCHEMAGUARD_DATABASE_URL", live.url.replace(name, "gone_by_now"))
        live.ask("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'schemaguard'")
        assert said(registry, "/index") == "The database can’t be read, so what serves isn’t known."
        assert registry.get("/tables/transactions/channel").status_code == 200
        monkeypatch.setenv("SCHEMAGUARD_DATABASE_URL", live.url)
        assert said(registry, "/index") == "The one contract in its window gets what it needs."
