"""A fleet goes as one: each member by itself, once, and the generation when all have."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from schemaguard.commands.fleet import member
from schemaguard.commands.fleet import run as runs
from schemaguard.commands.fleet.check import check
from schemaguard.commands.fleet.plan import plan_run
from schemaguard.commands.fleet.status import status
from schemaguard.commands.fleet.work import work
from schemaguard.commands.site import Site
from schemaguard.errors import ConflictError, ExitCode, UnreachableError
from schemaguard.fleet.planned import FleetPlan
from schemaguard.fleet.protocol import Asked, Close, FleetRun, FleetVerb, RunState
from tests.postgres.fleet.tenants import COUNTED, Tenants

UP, PROMOTE, BACK = FleetVerb.UPGRADE, FleetVerb.PROMOTE, FleetVerb.ROLLBACK
TAKEN_ALREADY = "alter table transactions add column entry_mode int"


def heads(tenants: Tenants, name: str) -> str:
    return str(tenants.ask(name, "select version_num from alembic_version")[0][0])


def away_at_first(name: str) -> Callable[[Site, FleetRun], member.Facts]:
    """A member that can't be asked where it stands, but when it is asked again."""
    asked, stands_before = [], member.stands_before

    def ask(site: Site, run: FleetRun) -> member.Facts:
        asked.append(site.database_url)
        if f"/{name}?" in site.database_url and asked.count(site.database_url) == 1:
            raise UnreachableError("it is away")
        return stands_before(site, run)

    return ask


def would(tenants: Tenants, verb: FleetVerb, model: str | None = None, target: str | None = None) -> FleetPlan:
    """What a run would do, asked while no database lets anybody write."""
    databases = (*tenants.names, tenants.control)
    for name in databases:
        tenants.ask("postgres", f"alter database {name} set default_transaction_read_only = on")
    fleet = tenants.fleet()
    found = plan_run(fleet, Asked(verb, "grace", "a test", target, model), fleet.manifest.members)
    for name in databases:
        tenants.ask("postgres", f"alter database {name} reset default_transaction_read_only")
    return found


def test_a_fleet_is_upgraded_promoted_and_rolled_back(tenants: Tenants) -> None:
    (first, *others), to_apply = tenants.names, ("0005 → 0007: 2 to apply", "0006", "0007")
    planned = would(tenants, UP)
    assert {each.name: (each.wave, each.does) for each in planned.members} == {
        first: (0, to_apply), **dict.fromkeys(others, (1, to_apply)),
    }  # fmt: skip
    assert (planned.exit_code, tenants.generation()) == (ExitCode.OK, 0)
    assert tenants.run(UP).state is RunState.DONE
    assert [each.does for each in would(tenants, UP).members] == [(), (), ()]
    assert tenants.generation() == 1
    would_switch = {each.does[0] for each in would(tenants, PROMOTE, "fraud", "8").members}
    assert would_switch == {"fraud 7 → 8 at epoch 1: instant"}
    assert tenants.run(PROMOTE, "fraud", "8").state is RunState.DONE
    assert {each.does[0] for each in would(tenants, BACK, "fraud").members} == {"fraud 8 → 7 at epoch 2: instant"}
    assert tenants.run(BACK, "fraud").state is RunState.DONE
    assert tenants.generation() == 3
    for name in tenants.names:
        assert tenants.ask(name, COUNTED) == [("0006", 1), ("0007", 1)]
        assert tenants.ask(name, "select active, epoch from schemaguard.pointer") == [("7", 3)]
        assert tenants.ask(name, "select kind, state from schemaguard.operation order by id") == [
            ("promote", "done"), ("promote", "done"), ("rollback", "done"),
        ]  # fmt: skip
    fleet = tenants.fleet()
    verdict = check(fleet, fleet.manifest.members)
    assert (verdict.exit_code, [one.members for one in verdict.groups]) == (ExitCode.OK, [tenants.names])
    seen = status(fleet, fleet.manifest.members)
    assert {(each.generation, each.serves["fraud"]) for each in seen.members} == {(3, ("7", 3))}


def test_a_member_that_fails_holds_the_generation_up_until_it_has_gone(tenants: Tenants) -> None:
    _, bad, last = tenants.names
    tenants.say(stop_after=9, attempts=2)
    tenants.ask(bad, TAKEN_ALREADY)
    stopped = tenants.run(UP)
    assert (stopped.state, stopped.why, tenants.generation()) == (RunState.STOPPED, "1 member failed", 0)
    with tenants.store() as store:
        (failed,) = (task for task in store.tasks(stopped.id) if task.state.value == "failed")
    assert (failed.member, failed.attempts) == (bad, 2)
    assert 'column "entry_mode" of relation "transactions" already exists' in failed.error
    assert heads(tenants, last) == "0007"
    with pytest.raises(ConflictError, match="is stopped"):
        tenants.begin(UP)
    verdict = check(tenants.fleet(), tenants.fleet().manifest.members)
    assert verdict.exit_code is ExitCode.FINDINGS
    assert [one.members for one in verdict.groups][1] == (bad,)
    assert "~ revision: 0007 → 0005" in verdict.groups[1].differences
    # The fence stands: an operator's word is needed.
    tenants.ask(bad, "set schemaguard.permit = 'a test'; alter table transactions drop column entry_mode")
    resumed = runs.resume(tenants.fleet())
    work(tenants.fleet(), run=resumed.id)
    assert tenants.generation() == 1
    assert tenants.ask(bad, COUNTED) == [("0006", 1), ("0007", 1)]
    assert tenants.ask(last, COUNTED) == [("0006", 1), ("0007", 1)]


def test_members_are_left_behind_or_taken_back_and_a_canary_stops_all_as_the_manifest_says(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary, bad, last = tenants.names
    # 0007 is refused there: 0006 is applied by itself and stays, unless it is taken back.
    half = (
        "create function stop() returns event_trigger language plpgsql as $$ begin raise exception 'not here'; end $$"
    )
    tenants.ask(bad, half)
    tenants.ask(
        bad, "create event trigger zz_stop on ddl_command_start when tag in ('CREATE INDEX') execute function stop()"
    )
    tenants.say(stop_after=9, attempts=1, on_failure="roll back")
    monkeypatch.setattr(member, "stands_before", away_at_first(bad))
    run = tenants.run(UP)
    assert (run.state, tenants.generation()) == (RunState.DONE, 1)
    assert tenants.states(run.id)[bad] == "taken back"
    assert (heads(tenants, bad), heads(tenants, canary)) == ("0005", "0007")
    tenants.say(stop_after=9, attempts=1, on_failure="leave behind")
    run = tenants.run(UP)
    assert (run.state, tenants.generation()) == (RunState.DONE, 2)
    assert tenants.states(run.id)[bad] == "left behind"
    assert heads(tenants, bad) == "0006"
    standing = runs.standing(tenants.fleet())
    assert {each.name: each.generation for each in standing.members} == {canary: 2, bad: None, last: 2}
    assert standing.exit_code is ExitCode.FINDINGS
    # A canary that can't go: nobody else is begun, and the run can be given up.
    tenants.ask(canary, "update schemaguard.pointer set frozen = true, frozen_by = 'ada'")
    planned = would(tenants, PROMOTE, "fraud", "8")
    assert [each.reasons for each in planned.members] == [("fraud is frozen by ada: no reason was given",), (), ()]
    assert planned.ending() == (Close(RunState.STOPPED, "1 of the canaries failed"), (bad, last))
    stopped = tenants.run(PROMOTE, "fraud", "8")
    assert (stopped.state, stopped.why) == (RunState.STOPPED, "1 of the canaries failed")
    assert sorted(tenants.states(stopped.id).values()) == ["left behind", "waiting", "waiting"]
    runs.abandon(tenants.fleet())
    assert tenants.generation() == 2


def test_workers_of_the_command_line_share_a_run_hand_each_url_to_env_py_and_tell_no_password(tenants: Tenants) -> None:
    environment = {
        **os.environ, **tenants.environ, "TENANTS_URL": tenants.server.replace("postgres:@", "postgres:s3cret@"),
    }  # fmt: skip
    tenants.say(url_variable="APP_DATABASE_URL")
    asked = ["upgrade", "-x", "tenant={member}", "--yes", "--workers", "2", "--format", "json"]
    words = [sys.executable, "-m", "schemaguard.cli", "fleet", *asked]
    done = subprocess.run(words, cwd=tenants.folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "s3cret" in done.stdout + done.stderr) == (0, False), done.stderr
    told = json.loads(done.stdout)
    assert (told["generation"], told["counts"], told["run"]["state"]) == (1, {"done": 3}, "done")
    assert {name: heads(tenants, name) for name in tenants.names} == dict.fromkeys(tenants.names, "0007")
