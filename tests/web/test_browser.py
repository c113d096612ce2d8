"""The registry in a real browser, at a phone's and a desk's width, light and dark, with and without the keyboard.

`make browser` installs Debian's Chromium and axe-core; where they aren't there, these tests say so.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from schemaguard.web.app import make_app
from schemaguard.web.export import export
from schemaguard.web.server import Listening, listen
from schemaguard.web.shelf import Shelf
from tests.web import projects

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parents[2] / ".browser" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium isn't installed (make browser)"),
    pytest.mark.skipif(not AXE.is_file(), reason="axe-core isn't installed (make browser)"),
    pytest.mark.xdist_group("browser"),
]
PAGES = (
    "/", "/models", "/models/fraud", "/models/fraud/8", "/tables", "/tables/transactions",
    "/tables/transactions/channel", "/lineage", "/lineage/models/fraud", "/lineage/tables/transactions", "/matrix",
    "/migrations", "/migrations/0005",
    "/operations", "/ledger", "/search?q=channel", "/search?q=transaktions", "/nothing",
)  # fmt: skip
WIDTHS, SCHEMES = (1440, 390), ("light", "dark")


@pytest.fixture(scope="module")
def address(reference_folder: Path) -> Iterator[str]:
    """A server at a free port of this machine."""
    shelf = Shelf(lambda: projects.site(reference_folder))
    listener = listen(Listening("127.0.0.1", 0))
    config = uvicorn.Config(make_app(shelf), log_level="warning", access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    at_work = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    at_work.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    at_work.join(10)
    listener.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield opened
        opened.close()


def opened(browser: Any, width: int = 1440, scheme: str = "light", **more: Any) -> tuple[Any, list[str]]:
    """A window, and what its console complains of; a request to anywhere else is a complaint, too."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: None if _is_ours(asked.url) else said.append(f"asked {asked.url}"))
    return page, said


def _is_ours(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "file://", "data:", "blob:"))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways_or_complains(browser: Any, address: str, width: int, scheme: str) -> None:
    page, said = opened(browser, width, scheme)
    for path in PAGES:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.locator("h1").count() == 1
    # The page that isn't there is a 404, and the browser says so.
    assert [each for each in said if "404" not in each] == []
    page.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_fault(browser: Any, address: str, width: int, scheme: str) -> None:
    # The script of a test isn't the page's: it is let past the policy.
    page, _ = opened(browser, width, scheme, bypass_csp=True)
    faults = []
    for path in PAGES:
        page.goto(address + path)
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("async () => (await axe.run()).violations")
        faults += [(path, each["id"], each["impact"], each["nodes"][0]["html"][:200]) for each in found]
    page.close()
    assert faults == []


def test_the_keyboard_alone_gets_everywhere(browser: Any, address: str) -> None:
    page, said = opened(browser)
    page.goto(f"{address}/models/fraud/8")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("channel")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=channel")
    assert "transactions.channel" in page.locator("main").inner_text()
    page.goto(f"{address}/lineage/models/fraud")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('data-id')"))
        if reached[-1] == "m-fraud":
            break
    assert reached[-1] == "m-fraud"
    assert page.locator(".wire.lit").count() > 0
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    assert said == []
    page.close()


def test_a_long_table_is_filtered_and_a_command_copied(browser: Any, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "m").mkdir(parents=True)
    for number in range(20):
        (folder / "m" / f"{number:03}_t.sql").write_text(f"create table t{number} (a int);")
    (folder / "schemaguard.toml").write_text('migrations = "m"\n')
    export(projects.snapshot(folder), tmp_path / "site")
    page, said = opened(browser)
    page.goto((tmp_path / "site" / "tables.html").as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.answer')).display") == "grid"
    page.locator(".filter").fill("t17")
    assert page.locator("#t-tables tbody tr:visible").count() == 1
    assert page.locator("#t-tables-n").inner_text() == "1 of 20 rows"
    assert page.locator(".copy").first.is_visible()
    assert said == []
    page.close()


def test_every_page_is_complete_without_script(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.locator(".find input").fill("entry_mode")
    page.locator(".find input").press("Enter")
    page.locator("main a", has_text="transactions.entry_mode").first.click()
    assert "May I drop it? No: fraud@8" in page.locator(".answer").inner_text()
    assert page.locator(".copy").count() == 0
    assert page.locator(".filter:visible").count() == 0
    context.close()


def test_hostile_names_run_nothing(browser: Any, hostile_folder: Path, tmp_path: Path) -> None:
    export(projects.snapshot(hostile_folder), tmp_path / "site")
    page, said = opened(browser, bypass_csp=True)
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    for file in sorted((tmp_path / "site").rglob("*.html"))[:60]:
        page.goto(file.as_uri())
    assert said == []
    page.close()
