"""What there is to say of a fleet: for the eye, as JSON, and as Markdown for a ticket or a pull request."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.fleet.planned import FleetPlan
from schemaguard.fleet.protocol import FleetTask, RunState, TaskState
from schemaguard.fleet.standing import FleetStanding, FleetVerdict, Group, MemberStanding
from schemaguard.report.check.markdown import code, prose
from schemaguard.report.check.sentences import plural
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_NAMED = 6
_BAR = 24


def some(names: Sequence[str]) -> str:
    """A few of the names, and how many more there are."""
    if len(names) <= _NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"


def progress_line(words: str, counts: Mapping[TaskState, int], seconds: float, width: int) -> str:
    """How far a run is, in one line that fits; empty where nothing is known yet."""
    total = sum(counts.values())
    if not total:
        return ""
    gone = total - counts.get(TaskState.WAITING, 0) - counts.get(TaskState.TAKEN, 0)
    bar = "█" * (_BAR * gone // total)
    bad = gone - counts.get(TaskState.DONE, 0)
    left = f"  about {round(seconds / gone * (total - gone))} s left" if gone and gone < total else ""
    text = f"{visible(words)}  {bar:░<{_BAR}} {gone}/{total}{f'  {bad} failed' if bad else ''}{left}"
    return text[: max(width - 1, 1)]


# A run


def run_json(standing: FleetStanding) -> dict[str, Any]:
    """What came of a run, and the generation."""
    run = standing.run
    return {
        "fleet": standing.fleet,
        "generation": standing.generation,
        "run": {
            "id": run.id, "what": run.asked.words, "state": run.state.value, "why": run.why or None,
            "generation": run.generation, "together": run.is_together, "actor": run.asked.actor,
            "reason": run.asked.reason, "seconds": standing.seconds,
        } if run is not None else None,
        "counts": {state.value: count for state, count in sorted(standing.counts.items())},
        "members": [_task_json(task) for task in standing.tasks],
    }  # fmt: skip


def _task_json(task: FleetTask) -> dict[str, Any]:
    return {
        "member": task.member, "canary": task.wave == 0, "state": task.state.value, "attempts": task.attempts,
        "error": task.error or None, "detail": dict(task.detail),
    }  # fmt: skip


def show_run(standing: FleetStanding, console: Console) -> None:
    """Print what came of a run: who has gone, and each that hasn't with the reason."""
    for text in _run_lines(standing):
        line(console, text, indent=2)


def _run_lines(standing: FleetStanding) -> Iterator[Text]:
    run = standing.run
    if run is None:
        yield Text("nothing was done with this fleet yet: schemaguard fleet upgrade", "dim")
        return
    counts = ", ".join(f"{count} {state.value}" for state, count in _ordered(standing))
    style = {RunState.DONE: "green", RunState.STOPPED: "bold red"}.get(run.state, "yellow")
    words = visible(f"run {run.id} ({run.asked.words}): ")
    yield Text.assemble((words, "bold"), (run.state.value, style), f" · {counts} · {standing.seconds:g} s")
    if run.why:
        yield Text(visible(f"  stopped: {run.why}"), "red")
    for task in standing.bad:
        yield Text.assemble((visible(f"  {task.member}"), "bold"), visible(f"  {task.state.value}: {task.error}"))
    waiting = [task.member for task in standing.tasks if task.detail.get("waits")]
    if waiting:
        first = next(task.detail["waits"] for task in standing.tasks if task.detail.get("waits"))
        yield Text(visible(f"  {len(waiting)} still wait ({some(waiting)}): {first}"), "yellow")
    yield Text.assemble((f"generation {standing.generation}", "bold"), _flipped(standing))
    if run.state in (RunState.STOPPED, RunState.RUNNING):
        command = "schemaguard fleet reconcile" if run.is_together else "schemaguard fleet resume"
        yield Text(f"next: settle what is named, then {command}; or schemaguard fleet abandon", "dim")


def _flipped(standing: FleetStanding) -> str:
    run = standing.run
    assert run is not None
    if run.state is not RunState.DONE:
        return f" (not {run.generation} yet)" if run.state is not RunState.ABANDONED else " (the run was given up)"
    without = [task.member for task in standing.bad]
    return visible(f", without {some(without)}") if without else ", all of them"


def _ordered(standing: FleetStanding) -> Iterator[tuple[TaskState, int]]:
    return ((state, standing.counts[state]) for state in TaskState if standing.counts.get(state))


def run_markdown(standing: FleetStanding) -> str:
    """What came of a run, as a page."""
    run = standing.run
    if run is None:
        return f"# {prose(standing.fleet)}\n\nNothing was done with this fleet yet.\n"
    counts = ", ".join(f"{count} {state.value}" for state, count in _ordered(standing))
    lines = [
        f"# {prose(standing.fleet)}: {prose(run.asked.words)}", "",
        f"Run {run.id} is {run.state.value}: {counts}. Generation {standing.generation}{prose(_flipped(standing))}.",
    ]  # fmt: skip
    if run.why:
        lines += ["", f"Stopped: {prose(run.why)}."]
    if standing.bad:
        lines += ["", "| member | state | why |", "|---|---|---|"]
        lines += [f"| {prose(one.member)} | {one.state.value} | {prose(one.error)} |" for one in standing.bad]
    return "\n".join(lines) + "\n"


# A run that isn't begun


def plan_json(plan: FleetPlan) -> dict[str, Any]:
    """What a run would do, and how it would end."""
    end, left = plan.ending()
    return {
        "fleet": plan.fleet, "what": plan.asked.words, "together": plan.is_together, "obstacles": list(plan.obstacles),
        "ends": end.state.value, "why": end.why or None, "not_begun": list(left),
        "members": [
            {"member": each.name, "canary": each.wave == 0, "can_go": each.can_go, "does": list(each.does),
             "obstacles": list(each.obstacles), "notes": list(each.notes), "error": each.error or None}
            for each in plan.members
        ],
    }  # fmt: skip


def show_plan(plan: FleetPlan, console: Console) -> None:
    """Print what a run would do, wave by wave: members with which the same would be done in one block."""
    for text in _plan_lines(plan):
        line(console, text, indent=4)


def _plan_lines(plan: FleetPlan) -> Iterator[Text]:
    count = plural(len(plan.members), "member")
    yield Text.assemble(
        (visible(plan.asked.words), "bold"), visible(f" of {count} of {plan.fleet}: nothing was changed")
    )
    for name, members in plan_waves(plan):
        yield Text(name, "bold cyan")
        for does, alike in members.items():
            head, *acts = does or ("nothing: it has gone already",)
            yield Text(visible(f"  {head}  ({some(alike)})"))
            yield from (Text(visible(f"    {each}"), "dim") for each in acts)
    for each in plan.members:
        for why in each.reasons:
            yield Text.assemble((visible(f"  {each.name}"), "bold"), (visible(f" can't go: {why}"), "red"))
        yield from (Text(visible(f"  {each.name}: {note}"), "yellow") for note in each.notes)
    yield from (Text(visible(f"it can't be begun: {each}"), "bold red") for each in plan.obstacles)
    yield Text(visible(_ending(plan)), "bold")


def plan_waves(plan: FleetPlan) -> Iterator[tuple[str, Mapping[tuple[str, ...], Sequence[str]]]]:
    """(a wave in words, what would be done → with whom), of those that can go."""
    named = {0: "canaries, before all others", 1: f"{plan.policy.at_once} at once"}
    for wave in sorted({each.wave for each in plan.members}):
        found: dict[tuple[str, ...], list[str]] = {}
        for each in plan.members:
            if each.wave == wave and each.can_go:
                found.setdefault(each.does, []).append(each.name)
        if found:
            yield "together" if plan.is_together else named[wave], found


def _ending(plan: FleetPlan) -> str:
    end, left = plan.ending()
    if plan.is_together:
        return f"nobody would switch: {end.why}" if left else "all would switch"
    why = f": {end.why}" if end.why else ""
    if end.state is not RunState.DONE:
        return f"it would stop{why}{f'; not begun: {some(left)}' if left else ''}"
    without = [each.name for each in plan.members if not each.can_go]
    return f"the generation would flip{f', without {some(without)}' if without else ''}"


def plan_markdown(plan: FleetPlan) -> str:
    """What a run would do, as a page."""
    lines = [f"# {prose(plan.fleet)}: {prose(plan.asked.words)}", "", "Nothing was changed.", ""]
    for name, members in plan_waves(plan):
        for does, alike in members.items():
            head, *acts = does or ("nothing: it has gone already",)
            lines += [f"- {name}: {prose(head)} ({prose(some(alike))})", *(f"    - {prose(each)}" for each in acts)]
    bad = [each for each in plan.members if not each.can_go]
    if bad:
        lines += ["", "| member | why it can't go |", "|---|---|"]
        lines += [f"| {prose(each.name)} | {prose('; '.join(each.reasons))} |" for each in bad]
    lines += ["", *(f"It can't be begun: {prose(each)}." for each in plan.obstacles)]
    ending = prose(_ending(plan))
    lines.append(f"{ending[:1].upper()}{ending[1:]}.")
    return "\n".join(lines) + "\n"


# The fleet now


def standing_json(standing: FleetStanding) -> dict[str, Any]:
    """The fleet with each member, and its newest run."""
    return {**run_json(standing), "members": [_member_json(each) for each in standing.members]}


def _member_json(each: MemberStanding) -> dict[str, Any]:
    return {
        "member": each.name, "groups": list(each.groups), "canary": each.is_canary, "generation": each.generation,
        "revision": list(each.heads),
        "serves": {model: {"version": version, "epoch": epoch} for model, (version, epoch) in each.serves.items()},
        "unfinished": list(each.unfinished), "prepared": list(each.prepared), "error": each.error or None,
    }  # fmt: skip


def show_standing(standing: FleetStanding, console: Console) -> None:
    """Print the fleet: members that stand alike in one line, and everything that isn't at rest."""
    for text in _standing_lines(standing):
        line(console, text, indent=2)


def _standing_lines(standing: FleetStanding) -> Iterator[Text]:
    yield Text.assemble((visible(standing.fleet), "bold"), f"  {len(standing.members)} members")
    alike: dict[object, list[MemberStanding]] = {}
    for each in standing.members:
        if not each.error:
            alike.setdefault((each.generation, each.shape), []).append(each)
    for members in sorted(alike.values(), key=lambda found: -len(found)):
        yield Text.assemble(f"  {len(members):>4}  ", _shape(members[0]), (f"  {_names(members)}", "dim"))
    for each in standing.members:
        if each.error:
            yield Text(visible(f"  {each.name} can't be asked: {each.error}"), "bold red")
        for name in each.prepared:
            yield Text(
                visible(f"  {each.name} has a prepared transaction: {name} (schemaguard fleet reconcile)"), "red"
            )
    unfinished = [each for each in standing.members if each.unfinished]
    if unfinished:
        names = some([each.name for each in unfinished])
        yield Text(visible(f"  {len(unfinished)} have unfinished operations: {names}"), "yellow")
    yield from _run_lines(standing)


def _names(members: Sequence[MemberStanding]) -> str:
    return visible(some([each.name for each in members]))


def _shape(each: MemberStanding) -> Text:
    revision = ", ".join(each.heads) or "no revision"
    serves = "".join(f" · {model} {version}" for model, (version, _) in sorted(each.serves.items()) if version)
    generation = f" · generation {each.generation}" if each.generation is not None else ""
    return Text(visible(f"{revision}{serves}{generation}"))


def standing_markdown(standing: FleetStanding) -> str:
    """The fleet as a page."""
    lines = ["", "| member | revision | serves | generation |", "|---|---|---|---|"]
    for each in standing.members:
        serves = ", ".join(f"{model} {version}" for model, (version, _) in sorted(each.serves.items()) if version)
        revision = f"can't be asked: {each.error}" if each.error else ", ".join(each.heads)
        lines.append(f"| {prose(each.name)} | {prose(revision)} | {prose(serves)} | {each.generation or ''} |")
    return run_markdown(standing) + "\n".join(lines) + "\n"


# The verdict


def verdict_json(verdict: FleetVerdict) -> dict[str, Any]:
    """One verdict for all members."""
    return {
        "fleet": verdict.fleet,
        "verdict": _said(verdict),
        "groups": [
            {"digest": one.digest, "revision": list(one.heads), "members": list(one.members),
             "differences": list(one.differences)}
            for one in verdict.groups
        ],
        "findings": [
            {"where": where, "what": what, "members": list(members)} for where, what, members in verdict.findings
        ],
        "unfinished": {name: list(left) for name, left in verdict.unfinished.items()},
        "unreachable": dict(verdict.unreachable),
        "remarks": list(verdict.remarks),
    }  # fmt: skip


def _said(verdict: FleetVerdict) -> str:
    if verdict.unreachable:
        return "no verdict"
    return "differs" if verdict.exit_code else "in step"


def show_verdict(verdict: FleetVerdict, console: Console) -> None:
    """Print the verdict: the groups, each with what it has otherwise than the largest, then the findings."""
    for text in _verdict_lines(verdict):
        line(console, text, indent=2)


def _verdict_lines(verdict: FleetVerdict) -> Iterator[Text]:
    for number, group in enumerate(verdict.groups):
        yield Text.assemble((visible(_group(group)), "bold" if number == 0 else "bold yellow"))
        for each in group.differences:
            yield Text(visible(f"  {each}"))
    for where, what, members in verdict.findings:
        yield Text.assemble((visible(where), "bold red"), visible(f"  {what}"))
        yield Text(visible(f"  concerns {some(members)}"), "dim")
    for name, left in verdict.unfinished.items():
        yield Text(visible(f"{name}: {'; '.join(left)}"), "yellow")
    for name, why in verdict.unreachable.items():
        yield Text(visible(f"{name} can't be asked: {why}"), "bold red")
    for remark in verdict.remarks:
        yield Text(visible(f"note: {remark}"), "dim")
    style = {"in step": "green", "differs": "bold red"}.get(_said(verdict), "bold yellow")
    count = sum(len(group.members) for group in verdict.groups)
    yield Text.assemble((f"{_said(verdict)}: ", style), f"{count} members in {len(verdict.groups)} groups")


def _group(group: Group) -> str:
    count = plural(len(group.members), "member")
    return f"{group.digest[:12]}  {count} on {', '.join(group.heads) or 'no revision'}: {some(group.members)}"


def verdict_markdown(verdict: FleetVerdict) -> str:
    """The verdict as a page."""
    lines = [f"# {prose(verdict.fleet)}: {_said(verdict)}", ""]
    for group in verdict.groups:
        lines.append(f"- {prose(_group(group))}")
        lines += [f"    - {code(each)}" for each in group.differences]
    if verdict.findings:
        lines += ["", "| where | what | members |", "|---|---|---|"]
        lines += [f"| {prose(where)} | {prose(what)} | {prose(some(who))} |" for where, what, who in verdict.findings]
    others = [f"- {prose(name)}: {prose('; '.join(left))}" for name, left in verdict.unfinished.items()]
    others += [f"- {prose(name)} can't be asked: {prose(why)}" for name, why in verdict.unreachable.items()]
    others += [f"- {prose(remark)}" for remark in verdict.remarks]
    lines += ["", *others] if others else []
    return "\n".join(lines) + "\n"
