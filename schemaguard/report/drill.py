"""What drills found, as text and as Markdown; and the sheet that people drill with at a table."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.playbooks.drills import SCENARIOS, Drill, DrilledScenario, DrillStanding, Scenario, TabletopAnswer
from schemaguard.playbooks.playbook import PlaybookRoles
from schemaguard.report.check.markdown import prose
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_SIGNS = {"passed": ("✓", "green"), "failed": ("✗", "bold red"), "not covered": ("–", "yellow")}
_NUMBERS = {each.name: each.number for each in SCENARIOS}
_NAME = 20


def show_scenario(one: DrilledScenario, console: Console) -> None:
    """Print what one scenario came to."""
    sign, style = _SIGNS[one.outcome]
    head = f"{_NUMBERS[one.name]:>2} {one.name:<{_NAME}} "
    line(console, Text.assemble(head, (sign, style), f" {visible(told(one))}"), indent=_NAME + 6)


def told(one: DrilledScenario) -> str:
    """In a line: what was measured where it passed, else what wasn't seen."""
    if one.outcome != "passed":
        return one.in_words
    measured = one.measured
    if "median_s" in measured and "forecast_s" in measured:
        seen = f"seen after {seconds(measured['median_s'])} (forecast {seconds(measured['forecast_s'])})"
    elif "hours" in measured:
        seen = f"{measured['hours']:g} hours"
    else:
        seen = ""
    done = [each.what.rpartition(": ")[0] for each in one.moments if each.what.endswith(": done")]
    acts = f"{done[0]} carried out" if done else ""
    return ", ".join(each for each in (seen, acts) if each) or f"{len(one.checks)} of {len(one.checks)} seen"


def seconds(length: float) -> str:
    """Such as `80 s`, `3 min`."""
    return f"{length:.0f} s" if length < 180 else f"{length / 60:.0f} min"


def show_drill(drill: Drill, folder: str | None, console: Console) -> None:
    """Print the summary of a drill: what differs from what is live, where the report is, when the next one is due."""
    for note in drill.notes:
        line(console, Text(f"note: {visible(note)}", "yellow"), indent=6)
    where = f" · report {visible(folder)}" if folder is not None else ""
    line(console, Text(f"{drill.summary}{where} · next due {drill.due:%Y-%m-%d}", "bold"), indent=2)


def drill_markdown(drill: Drill) -> str:
    """The report as Markdown."""
    return "\n".join(_markdown(drill)) + "\n"


def _markdown(drill: Drill) -> Iterator[str]:
    yield f"# Drill of {prose(drill.model)}, {drill.at:%Y-%m-%d}: {drill.summary}"
    yield ""
    yield (
        f"{prose(drill.stable)} stood for stable, {prose(drill.canary)} for the canary; "
        f"{drill.requests:g} requests a second; seed {drill.seed}; next due {drill.due:%Y-%m-%d}."
    )
    for note in drill.notes:
        yield f"- {prose(note)}"
    yield ""
    yield "| # | scenario | | what was seen |"
    yield "|---|---|---|---|"
    for one in drill.scenarios:
        yield f"| {_NUMBERS[one.name]} | {one.name} | {_SIGNS[one.outcome][0]} {one.outcome} | {prose(told(one))} |"
    yield ""
    yield f"playbook `{drill.playbook}` · report sha256 `{drill.digest}`"


def drilled(one: DrillStanding, now: datetime) -> str:
    """What the last drill found and when the next one is due."""
    due = f"due since {one.due:%Y-%m-%d}" if one.is_due(now) else f"next due {one.due:%Y-%m-%d}"
    return f"{one.at:%Y-%m-%d}: {visible(one.summary)}; {due}"


def drill_json(one: DrillStanding) -> dict[str, Any]:
    """The last drill of a model as a document."""
    return {
        "at": one.at.isoformat(),
        "due": one.due.isoformat(),
        "outcome": one.outcome,
        "summary": one.summary,
        "digest": one.digest,
    }


def show_tabletop(scenario: Scenario, roles: PlaybookRoles, console: Console) -> None:
    """Print one scenario of a drill at a table: what happens, who does what, and the question."""
    line(console, Text(f"{scenario.number:>2} {scenario.name}", "bold"))
    line(console, Text(f"   {scenario.fault}"), indent=3)
    people = (("declares", roles.declare), ("executes", roles.execute), ("communicates", roles.communicate))
    named = " · ".join(f"{what} {visible(', '.join(who))}" for what, who in people)
    line(console, Text(f"   {named}", "dim"), indent=3)
    line(console, Text(f"   {scenario.question}", "cyan"), indent=3)


def tabletop_markdown(model: str, at: datetime, answers: Sequence[TabletopAnswer]) -> str:
    """What people answered at a table."""
    known = {each.name: each for each in SCENARIOS}
    rows = [
        f"| {each.scenario} | {prose(known[each.scenario].question)} | {prose(each.answer)} | {each.seconds:.0f} s |"
        f" {prose(known[each.scenario].expected)} |"
        for each in answers
    ]
    head = [f"# Drill of {prose(model)} at a table, {at:%Y-%m-%d}", ""]
    return "\n".join([*head, "| scenario | asked | answered | after | expected |", "|---|---|---|---|---|", *rows, ""])
