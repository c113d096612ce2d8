"""Drills on a copy: each scenario passes, and fails when what defends the model is switched off."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemaguard.adapters.control import drilling
from schemaguard.adapters.control.drilling import DrillCopy
from schemaguard.cli.main import app
from schemaguard.commands.drill import drill, drill_scenario, playbook_in_force
from schemaguard.commands.drilling.preparing import DrillOptions, prepare
from schemaguard.commands.drilling.sandbox import DrillGround
from schemaguard.commands.drilling.tabletop import tabletop
from schemaguard.commands.status import status
from schemaguard.commands.watched import read_playbook
from schemaguard.errors import UsageError
from schemaguard.frozen import replace
from schemaguard.playbooks.drills import SCENARIOS, DrilledScenario, Scenario
from schemaguard.playbooks.playbook import PlaybookRoles
from schemaguard.report.status import status_json
from tests.postgres.drills.defences import DEFENCES, to_drill
from tests.postgres.releases.shop import Shop
from tests.templates import Templates

LONG = bool(os.environ.get("SCHEMAGUARD_DRILLS"))
"""`make drills`: every scenario with and without its defence; else those that take no time."""
SHORT = ("half-done-migration", "wrong-alias")
KNOWN = {each.name: each for each in SCENARIOS}


@pytest.fixture(scope="module")
def shop(server: str, templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with templates.copy(server, "to drill", lambda url, folder: to_drill(Shop(url, folder))) as (url, folder):
        yield Shop(url, folder)


@contextmanager
def prepared(shop: Shop, server: str | None) -> Iterator[tuple[DrillGround, DrillCopy]]:
    options = DrillOptions(server=server, quiet=timedelta(minutes=20))
    with shop.site() as site, drilling.drill_copy(shop.url, server) as copy:
        in_force = playbook_in_force(site, "fraud")
        ground, notes = prepare(copy, in_force, read_playbook(in_force), options)
        assert notes == ()
        copy.connection.close()
        yield ground, copy


@pytest.fixture(scope="module")
def ground(shop: Shop, server: str) -> Iterator[tuple[DrillGround, DrillCopy]]:
    # A crash takes a server of its own.
    with prepared(shop, None if LONG else server) as made:
        yield made


def seen(ground: tuple[DrillGround, DrillCopy], name: str) -> DrilledScenario:
    return drill_scenario(KNOWN[name], *ground)


@pytest.mark.parametrize("name", DEFENCES if LONG else SHORT)
def test_a_scenario_passes_and_fails_without_its_defence(ground: tuple[DrillGround, DrillCopy], name: str) -> None:
    one = seen(ground, name)
    assert one.outcome == "passed", one.in_words
    with pytest.MonkeyPatch.context() as patch:
        DEFENCES[name](patch)
        without = seen(ground, name)
    assert without.outcome == "failed", without
    assert "not seen" in without.in_words


@pytest.mark.parametrize("requests", [30, 100, 300] if LONG else [300])
def test_the_forecast_is_what_drills_measure(ground: tuple[DrillGround, DrillCopy], requests: float) -> None:
    there, copy = ground
    for name in ("error-spike", "latency", "poisoned-feature") if LONG else ("error-spike",):
        one = drill_scenario(KNOWN[name], replace(there, requests=requests), copy)
        said, found = one.measured["forecast_s"], one.measured["median_s"]
        assert abs(found - said) <= 0.3 * said, (name, requests, said, found)


def test_what_is_live_stays_and_gets_the_record_and_the_same_again_gives_the_same_report(
    shop: Shop, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (shop.pointer(), shop.columns(), shop.heads(), shop.ask("select count(*) from scored"))
    # Somebody's own server isn't crashed.
    options = DrillOptions(("wrong-alias", "database-restarts"), server)
    with shop.site() as site:
        assert "fraud" in status(site).overview.undrilled
        one = drill(site, "fraud", options)
    assert (one.stable, one.canary, one.summary) == ("7", "8", "1 of 2 passed, 1 not covered")
    assert (shop.pointer(), shop.columns(), shop.heads(), shop.ask("select count(*) from scored")) == before
    assert shop.events()[-1] == "drilled"
    with shop.site() as site:
        told = status_json(status(site))["models"][0]["drill"]
    assert (told["outcome"], told["digest"]) == ("passed", one.digest)
    assert one.due - one.at == timedelta(days=92)
    assert_the_command_tells_the_same(shop, server, one.digest, tmp_path, monkeypatch)


def assert_the_command_tells_the_same(
    shop: Shop, server: str, digest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["--scenario", "wrong-alias", "--scenario", "database-restarts"]
    run = CliRunner().invoke(app, ["drill", "fraud", *asked, "--server", server, "--database-url", shop.url])
    assert run.exit_code == 2, run.output
    first, second, *last = run.output.splitlines()
    assert first.split()[:5] == ["6", "database-restarts", "–", "only", "an"]
    assert second.split() == ["9", "wrong-alias", "✓", "4", "of", "4", "seen"]
    assert " ".join(last).startswith("1 of 2 passed, 1 not covered · report drills/")
    (folder,) = (tmp_path / "drills").iterdir()
    told = json.loads((folder / "report.json").read_text())
    assert told["digest"] == digest
    assert told["digest"] in (folder / "report.md").read_text()
    page = (folder / "report.html").read_text()
    assert "status names it" in page
    assert told["digest"] in page
    nothing = CliRunner().invoke(app, ["drill", "fraud", "--scenario", "wrong-allias", "--database-url", shop.url])
    assert isinstance(nothing.exception, UsageError)
    sheet = CliRunner().invoke(app, ["drill", "fraud", "--tabletop", "--database-url", shop.url])
    assert sheet.exit_code == 0
    assert all(each.question in " ".join(sheet.output.split()) for each in SCENARIOS)


def test_what_people_answer_at_a_table_is_kept_with_what_was_expected(shop: Shop, tmp_path: Path) -> None:
    def answer(scenario: Scenario, roles: PlaybookRoles) -> str:
        return f"{roles.execute[0]} | reconciles" if scenario.name == "wrong-alias" else ""

    with shop.site() as site:
        folder = tabletop(site, "fraud", ("wrong-alias", "latency"), tmp_path, answer)
        assert tabletop(site, "fraud", ("latency",), tmp_path, answer) is None
    assert folder is not None
    (row,) = (line for line in (folder / "tabletop.md").read_text().splitlines() if line.startswith("| wrong-alias"))
    assert "| nobody \\| reconciles | 0 s | status names it, reconcile puts it back" in row
    assert shop.events()[-1] == "drilled-at-a-table"
