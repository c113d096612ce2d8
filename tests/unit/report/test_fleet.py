"""What is told of a fleet: on a terminal of 80 columns, as JSON, and as Markdown that no name can break."""

import io
from collections.abc import Callable
from typing import Any

from rich.console import Console

from schemaguard.fleet.manifest import FleetPolicy
from schemaguard.fleet.planned import FleetPlan, PlannedMember
from schemaguard.fleet.protocol import Asked, FleetRun, FleetTask, FleetVerb, RunState, TaskState
from schemaguard.fleet.standing import FleetStanding, FleetVerdict, Group, MemberStanding
from schemaguard.report import fleet as report

ASKED = Asked(FleetVerb.PROMOTE, "grace", "a test", "8", "fraud")
HOSTILE = "a|b`\x1b[31m"


def run(state: RunState, why: str = "") -> FleetRun:
    return FleetRun(4, "tenants", ASKED, FleetPolicy(), state, 3, why=why)


def standing(state: RunState, *fates: TaskState, why: str = "") -> FleetStanding:
    tasks = tuple(
        FleetTask(number, HOSTILE if number == 1 else f"t{number}", 1, fate, 1, error="no|where" if number == 1 else "")
        for number, fate in enumerate(fates)
    )
    members = (
        MemberStanding("t0", ("eu",), is_canary=True, generation=3, heads=("0007",), serves={"fraud": ("8", 2)}),
        MemberStanding("t2", ("eu",), generation=3, heads=("0007",), serves={"fraud": ("8", 2)}),
        MemberStanding(HOSTILE, heads=("0005",), prepared=("schemaguard:x:1",), unfinished=("operation 1 is open",)),
        MemberStanding("away", error="it can't be reached"),
    )
    return FleetStanding("tenants", 3 if state is RunState.DONE else 2, members, run(state, why), tasks, 12.5)


def planned(name: str, wave: int, *obstacles: str, error: str = "") -> PlannedMember:
    does = () if obstacles or error else ("fraud 7 → 8 at epoch 1: instant", "COMMIT: move the pointer")
    return PlannedMember(name, wave, does, obstacles, ("the registry is slow",) if name == "t0" else (), error)


def plan_of(*members: PlannedMember, is_together: bool = False) -> FleetPlan:
    return FleetPlan("tenants", ASKED, FleetPolicy(stop_after=2), members, is_together=is_together)


def shown(show: Callable[[Any, Console], None], what: object) -> str:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    show(what, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


STOPPED = standing(RunState.STOPPED, TaskState.DONE, TaskState.FAILED, TaskState.WAITING, why="1 member failed")
DONE = standing(RunState.DONE, TaskState.DONE, TaskState.LEFT, TaskState.DONE)
VERDICT = FleetVerdict(
    "tenants",
    (
        Group("d" * 64, ("t0", "t2"), ("0007",)),
        Group("e" * 64, (HOSTILE,), ("0005",), ("~ revision: 0007 → 0005", "+ column t.`x` type text")),
    ),
    {},
    {"t2": ("operation 1 (promote fraud) is open",)},
    (("0008.py:3: drop-column", "fraud reads t.a", ("t0", "t2")),),
    ("no release windows are known of t9: schemaguard install",),
)


def test_a_run_that_has_stopped_names_who_hasn_t_gone_and_what_to_do() -> None:
    assert shown(report.show_run, STOPPED) == (
        "run 4 (promote fraud 8): stopped · 1 waiting, 1 done, 1 failed · 12.5 s\n"
        "  stopped: 1 member failed\n"
        "  a|b`\\x1b[31m  failed: no|where\n"
        "generation 2 (not 3 yet)\n"
        "next: settle what is named, then schemaguard fleet resume; or schemaguard fleet\n"
        "  abandon\n"
    )
    assert (STOPPED.exit_code, DONE.exit_code) == (4, 1)


def test_a_run_that_isn_t_begun_is_told_wave_by_wave_and_where_it_would_stop() -> None:
    two = planned("t0", 0), planned("t2", 1)
    bad = planned(HOSTILE, 1, "no|where"), planned("away", 1, error="it can't be reached")
    plan = plan_of(*two, *bad, planned("t4", 1))
    assert shown(report.show_plan, plan) == (
        "promote fraud 8 of 5 members of tenants: nothing was changed\n"
        "canaries, before all others\n"
        "  fraud 7 → 8 at epoch 1: instant  (t0)\n"
        "    COMMIT: move the pointer\n"
        "4 at once\n"
        "  fraud 7 → 8 at epoch 1: instant  (t2, t4)\n"
        "    COMMIT: move the pointer\n"
        "  t0: the registry is slow\n"
        "  a|b`\\x1b[31m can't go: no|where\n"
        "  away can't go: it can't be asked: it can't be reached\n"
        "it would stop: 2 members failed; not begun: t4\n"
    )
    told = report.plan_json(plan)
    assert (told["ends"], told["not_begun"], plan.exit_code) == ("stopped", ["t4"], 2)
    assert [each["can_go"] for each in told["members"]] == [True, True, False, False, True]
    page = report.plan_markdown(plan).splitlines()
    assert "- canaries, before all others: fraud 7 → 8 at epoch 1: instant (t0)" in page
    assert "| a\\|b\\`\\\\x1b\\[31m | no\\|where |" in page
    assert page[-1] == "It would stop: 2 members failed; not begun: t4."


def test_members_that_switch_together_all_can_or_none_does() -> None:
    both = planned("t0", 1), planned("t2", 1)
    assert shown(report.show_plan, plan_of(*both, is_together=True)).splitlines()[-1] == "all would switch"
    one = plan_of(both[0], planned("t2", 1, "it is frozen"), is_together=True)
    assert shown(report.show_plan, one).splitlines()[-1] == "nobody would switch: one of them can't go"
    assert one.exit_code == 1


def test_a_run_that_is_over_says_without_whom() -> None:
    assert shown(report.show_run, DONE).splitlines()[-1] == "generation 3, without a|b`\\x1b[31m"
    told = report.run_json(DONE)
    assert (told["run"]["state"], told["counts"], told["members"][1]["error"]) == (
        "done", {"done": 2, "left behind": 1}, "no|where",
    )  # fmt: skip


def test_a_fleet_is_told_by_what_its_members_have_alike() -> None:
    assert shown(report.show_standing, DONE).splitlines()[:6] == [
        "tenants  4 members",
        "     2  0007 · fraud 8 · generation 3  t0, t2",
        "     1  0005  a|b`\\x1b[31m",
        "  a|b`\\x1b[31m has a prepared transaction: schemaguard:x:1 (schemaguard fleet",
        "  reconcile)",
        "  away can't be asked: it can't be reached",
    ]
    assert [each["error"] for each in report.standing_json(DONE)["members"]][-1] == "it can't be reached"


def test_a_verdict_names_the_groups_what_differs_and_whom_a_finding_concerns() -> None:
    assert shown(report.show_verdict, VERDICT) == (
        "dddddddddddd  2 members on 0007: t0, t2\n"
        "eeeeeeeeeeee  1 member on 0005: a|b`\\x1b[31m\n"
        "  ~ revision: 0007 → 0005\n"
        "  + column t.`x` type text\n"
        "0008.py:3: drop-column  fraud reads t.a\n"
        "  concerns t0, t2\n"
        "t2: operation 1 (promote fraud) is open\n"
        "note: no release windows are known of t9: schemaguard install\n"
        "differs: 3 members in 2 groups\n"
    )
    assert (VERDICT.exit_code, report.verdict_json(VERDICT)["verdict"]) == (1, "differs")
    away = FleetVerdict("tenants", (), {"t0": "gone"}, {})
    assert (away.exit_code, report.verdict_json(away)["verdict"]) == (2, "no verdict")


def test_no_name_breaks_the_markdown_and_code_shows_what_is_there() -> None:
    assert report.verdict_markdown(VERDICT) == (
        "# tenants: differs\n\n"
        "- dddddddddddd  2 members on 0007: t0, t2\n"
        "- eeeeeeeeeeee  1 member on 0005: a\\|b\\`\\\\x1b\\[31m\n"
        "    - `~ revision: 0007 → 0005`\n"
        "    - `+ column t.\u2019x\u2019 type text`\n\n"
        "| where | what | members |\n|---|---|---|\n"
        "| 0008.py:3: drop-column | fraud reads t.a | t0, t2 |\n\n"
        "- t2: operation 1 \\(promote fraud\\) is open\n"
        "- no release windows are known of t9: schemaguard install\n"
    )
    rows = report.standing_markdown(DONE).splitlines()
    assert rows[2] == "Run 4 is done: 2 done, 1 left behind. Generation 3, without a\\|b\\`\\\\x1b\\[31m."
    assert rows[-1] == "| away | can't be asked: it can't be reached |  |  |"
    assert report.run_markdown(STOPPED).splitlines()[-1] == "| a\\|b\\`\\\\x1b\\[31m | failed | no\\|where |"


def test_a_fleet_with_which_nothing_was_done_yet_says_what_begins() -> None:
    new = FleetStanding("tenants", 0, ())
    assert "schemaguard fleet upgrade" in shown(report.show_run, new)
    assert "Nothing was done" in report.run_markdown(new)
    assert report.run_json(new)["run"] is None


def test_the_bar_fits_its_line_and_says_how_many_failed_and_how_long_it_takes_still() -> None:
    counts = {TaskState.DONE: 5, TaskState.FAILED: 1, TaskState.WAITING: 5, TaskState.TAKEN: 1}
    assert report.progress_line("upgrade head", counts, 30.0, 80) == (
        "upgrade head  ████████████░░░░░░░░░░░░ 6/12  1 failed  about 30 s left"
    )
    assert len(report.progress_line("upgrade head", counts, 30.0, 40)) == 39
    assert report.progress_line("upgrade head", {}, 0.0, 80) == ""
