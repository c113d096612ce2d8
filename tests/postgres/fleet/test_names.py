"""Members with names that do their worst, one of them the fleet's own database, and one that goes away meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemaguard.commands.fleet import member, work
from schemaguard.commands.fleet import run as runs
from schemaguard.commands.fleet.check import check
from schemaguard.commands.fleet.status import status
from schemaguard.commands.site import Site
from schemaguard.errors import ExitCode
from schemaguard.fleet.protocol import FleetRun, FleetVerb, RunState
from schemaguard.report import fleet as report
from tests.postgres.fleet.tenants import COUNTED, Tenants, template
from tests.postgres.releases.shop import READS_7, Shop
from tests.templates import Templates, drop, of

NAMES = ('T "x"%41', "a/b?c#d&e=f", "{member} \u00fc ';--\\n")


@pytest.fixture
def hostile(server18: str, templates: Templates, tmp_path: Path) -> Iterator[Tenants]:
    made = Tenants(server18, tmp_path, NAMES, NAMES[0])
    with templates.copy(server18, "tenant", template) as (url, _):
        made.lay_out(url.partition("?")[0].rpartition("/")[2], url_variable="APP_DATABASE_URL")
    yield made
    made.leave()


def test_whatever_members_are_called_they_go_and_one_that_is_gone_is_named(
    hostile: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other, away = NAMES
    assert hostile.run(FleetVerb.UPGRADE, arguments=["tenant={member}"]).state is RunState.DONE
    for name in NAMES:
        assert hostile.ask(name, COUNTED) == [("0006", 1), ("0007", 1)]
    fleet = hostile.fleet()
    verdict = check(fleet, fleet.manifest.members)
    # That one of them has the fleet's own tables makes no difference.
    assert (verdict.exit_code, [one.members for one in verdict.groups]) == (ExitCode.OK, [NAMES])
    carry_out = member.carry_out

    def without_it(site: Site, run: FleetRun, name: str) -> member.Facts:
        if name == away:
            site.close()
            drop(hostile.server, away)
        return carry_out(site, run, name)

    monkeypatch.setattr(member, "carry_out", without_it)
    monkeypatch.setattr(work, "_MOST_OUTAGES", 1)
    hostile.say(attempts=1, on_failure="roll back")
    stopped = hostile.run(FleetVerb.PROMOTE, "fraud", "8")
    assert (stopped.state, hostile.states(stopped.id)) == (
        RunState.STOPPED, {own: "done", other: "done", away: "failed"},
    )  # fmt: skip
    standing = status(hostile.fleet(), fleet.manifest.members)
    (bad,) = standing.bad
    assert "couldn't be taken back" in bad.error
    assert {each["member"] for each in report.standing_json(standing)["members"]} == set(NAMES)


def test_what_is_rolled_back_is_rolled_back_once_though_two_members_lead_to_it(hostile: Tenants) -> None:
    own = NAMES[0]
    Shop(of(hostile.server, own), hostile.folder).publish("9", *READS_7)
    twins = "".join(f"  - {{name: {name}, url: {{env: TWIN_URL}}}}\n" for name in ("a", "b"))
    text = f"fleet: tenants\ncontrol: {{env: FLEET_URL}}\nstop_after: 9\nattempts: 1\nmembers:\n{twins}"
    (hostile.folder / "fleet.yaml").write_text(text)
    for version in ("9", "7", "9"):
        hostile.run(FleetVerb.PROMOTE, "fraud", version)
        runs.abandon(hostile.fleet())
    (before,) = hostile.ask(own, "select active, epoch from schemaguard.pointer")
    back = hostile.run(FleetVerb.ROLLBACK, "fraud")
    assert hostile.ask(own, "select active, epoch from schemaguard.pointer") == [("7", before[1] + 1)]
    with hostile.store() as store:
        errors = {task.member: task.error for task in store.tasks(back.id)}
    assert errors["a"] == ""
    assert "b and a are the same database" in errors["b"]
