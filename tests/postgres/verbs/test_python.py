"""The use cases, called from Python without Typer, give the values that the verbs print."""

import json
import os

from schemaguard.commands.check import CheckOptions, check
from schemaguard.commands.contracts.list import list_contracts
from schemaguard.commands.rollback import plan_rollback, rollback
from schemaguard.commands.site import Site
from schemaguard.commands.status import status
from schemaguard.releases.release import Intent
from schemaguard.report.check import json as check_json
from schemaguard.report.contracts import list as list_report
from schemaguard.report.plan import done_json, plan_json
from schemaguard.report.ready import dependents_json
from schemaguard.report.status import status_json
from tests.postgres.verbs.site import Site as LiveSite

INTENT = Intent("ada", "false negatives tripled")
TIMES = ("at", "seconds", "ms", "commit_ms", "total_ms", "opened_at", "age_seconds")


def _without_times(document: object) -> object:
    match document:
        case dict():
            return {key: _without_times(value) for key, value in document.items() if key not in TIMES}
        case list() | tuple():
            return [_without_times(value) for value in document]
        case _:
            return document


def _printed(live: LiveSite, *words: str) -> object:
    return _without_times(json.loads(live.run(*words, "--format", "json").out))


def _same(value: object) -> object:
    return _without_times(json.loads(json.dumps(value, default=str)))


def _second_version_serves(live: LiveSite) -> None:
    live.ask("alter table transactions add column entry_mode text not null default 'chip'")
    live.done("contracts", "publish", "fraud", "8")
    live.done("promote", "fraud", "8", "--yes")


def test_the_list_of_contracts_is_the_one_that_is_printed(live: LiveSite) -> None:
    with Site() as site:
        found = list_contracts(site)
    document = list_report.document(found.listed, found.fits, found.at, found.bench.source)
    assert _same(document) == _printed(live, "contracts", "list")
    assert [each.name for each in found.listed if each.version == "7"] == ["fraud@7"]


def test_a_check_is_the_one_that_is_printed(live: LiveSite) -> None:
    migrations = live.folder / "migrations"
    migrations.mkdir()
    (migrations / "001.sql").write_text("alter table transactions drop column channel;\n")
    with Site() as site, site.reading() as reading:
        result = check(CheckOptions(paths=("migrations",), window="live"), reading, os.environ, site.live_window)
    assert result.exit_code == 1
    assert _same(json.loads(check_json.render(result))) == _printed(live, "check", "migrations", "--window", "live")


def test_a_planned_rollback_and_the_state_of_things_are_those_that_are_printed(live: LiveSite) -> None:
    _second_version_serves(live)
    with Site() as site:
        shown = plan_rollback(site, "fraud", INTENT)
        state = status(site)
    words = ("rollback", "fraud", "--reason", INTENT.reason, "--dry-run")
    said = {**plan_json(shown.plan), "dependents": dependents_json(shown.dependents)}
    assert _same(said) == _printed(live, *words)
    assert _same(status_json(state)) == _printed(live, "status")


def test_a_rollback_is_carried_out_and_tells_what_the_verb_would(live: LiveSite) -> None:
    _second_version_serves(live)
    with Site() as site:
        done = rollback(site, "fraud", INTENT, if_epoch=2)
    assert (done.outcome.plan.lead.from_version, done.outcome.plan.lead.to_version) == ("8", "7")
    live.done("promote", "fraud", "8", "--yes")
    printed = _printed(live, "rollback", "fraud", "--reason", INTENT.reason, "--yes")
    mine = _same(done_json(done))
    assert isinstance(printed, dict)
    assert isinstance(mine, dict)
    of_this_operation = {"operation", "epoch", "members"}
    assert {k: v for k, v in printed.items() if k not in of_this_operation} == {
        k: v for k, v in mine.items() if k not in of_this_operation
    }
