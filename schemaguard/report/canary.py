"""Canaries that run: text and JSON."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.playbooks.stepping import CanaryReport, TriggerStanding
from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table
from schemaguard.report.visible import visible


def show_canaries(found: Sequence[CanaryReport], console: Console) -> None:
    """Print each canary: its step, what its triggers know, and what keeps it from the next step."""
    if not found:
        line(console, Text("no canary runs"))
    for one in found:
        at = one.standing
        head = f"{one.model} {one.stable} serves · canary {one.version} with {at.percent} %"
        step = f" (step {at.step} of {len(one.steps)}) at epoch {one.epoch}, since {at.since.astimezone(UTC):%H:%M} UTC"
        line(console, Text.assemble((visible(head), "bold"), visible(step)))
        if one.triggers:
            _table(one, console)
        elif one.playbook is None:
            line(console, Text("  no playbook is published: nobody watches it", "yellow"), indent=2)
        line(console, _next(one), indent=2)


def _table(one: CanaryReport, console: Console) -> None:
    headings = [Heading("", whole=True), Heading("line"), Heading("evidence", whole=True), Heading("since this step")]
    rows = [
        [
            Text(visible(each.name), "bold"),
            Text(visible(each.trip)),
            Text(_evidence(each), "red" if _is_above(each) else ""),
            Text(visible(_counts(each)), "yellow" if each.why_not or each.missing else ""),
        ]
        for each in one.triggers
    ]
    table(console, headings, rows)


def _is_above(each: TriggerStanding) -> bool:
    return each.weight is not None and each.line is not None and each.weight >= each.line


def _evidence(each: TriggerStanding) -> str:
    if each.line is None:
        return "–"
    return f"{'–' if each.weight is None else f'{each.weight:.1f}'} / {each.line:.1f}"


def _counts(each: TriggerStanding) -> str:
    if each.why_not:
        return f"not watched: {each.why_not}"
    missing = f" · {each.missing:,} looks missing" if each.missing else ""
    if not each.total:
        return f"no requests yet{missing}"
    return f"{each.failed / each.total * 100:.3g} % of {each.total:,}{missing}"


def _next(one: CanaryReport) -> Text:
    number, step = one.following or (len(one.steps) + 1, None)
    share = f"{step.percent} %" if step is not None else "100 %"
    to = f"next: step {number}, {share}" if step is not None else "next: all of the traffic"
    if one.waits:
        return Text(visible(f"  {to}, not yet: {'; '.join(one.waits)}"), "yellow")
    return Text(visible(f"  {to}: schemaguard canary advance {one.model}"), "green")


def canaries_json(found: Sequence[CanaryReport]) -> dict[str, Any]:
    """The canaries as one document; times are ISO 8601 in UTC."""
    return {"version": 1, "canaries": [_document(one) for one in found]}


def _document(one: CanaryReport) -> dict[str, Any]:
    at = one.standing
    return {
        "model": one.model,
        "canary": one.version,
        "active": one.stable,
        "epoch": one.epoch,
        "percent": at.percent,
        "step": at.step,
        "steps": [step.percent for step in one.steps],
        "since": at.since.astimezone(UTC).isoformat(),
        "requests": at.requests,
        "next_percent": one.following[1].percent if one.following is not None else 100,
        "waits": list(one.waits),
        "playbook": one.playbook,
        "triggers": [
            {
                "name": each.name,
                "trip": each.trip,
                "failed": each.failed,
                "total": each.total,
                "missing": each.missing,
                "evidence": each.weight,
                "line": each.line,
                "why_not": each.why_not or None,
            }
            for each in one.triggers
        ],
    }
