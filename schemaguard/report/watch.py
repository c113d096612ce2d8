"""What a watcher sees and decides, and whether it looks: text and JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.playbooks.acting import Acted, WatchRound
from schemaguard.playbooks.deciding import Decided, KeptDecision, TriggerPass, WatchHealth, why_decided
from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table
from schemaguard.report.visible import visible


def show_pass(found: WatchRound, console: Console, at: datetime, *, is_first: bool) -> None:
    """Print what is new: decisions and acts always; what each trigger knows, and what isn't watched, at first."""
    time = f"{at.astimezone(UTC):%H:%M:%S}"
    for one in found.passes:
        if is_first:
            line(console, Text.assemble(visible(f"{one.model} {one.trigger}: "), _state(one)), indent=2)
        for number, decided in one.decided:
            line(console, _decision(time, one, number, decided), indent=2)
    for acted in found.acted:
        line(console, Text.assemble(visible(f"{time} {acted.decision.model} "), *_acted(acted)), indent=2)
    for words in found.advanced:
        line(console, Text(visible(f"{time} {words}"), "green"), indent=2)
    for words in found.traffic:
        line(console, Text(visible(f"{time} {words}"), "yellow"), indent=2)


def _acted(one: Acted) -> tuple[tuple[str, str], ...]:
    what = f"decision {one.decision.id}, {one.decision.action}: "
    style = {"done": "green", "open": "yellow"}.get(one.state, "red")
    return (what, ""), (one.state, style), (visible(f" ({one.words})"), "")


def show_words(words: str, console: Console, at: datetime) -> None:
    """Print what isn't about one trigger, such as a database that is away."""
    line(console, Text(visible(f"{at.astimezone(UTC):%H:%M:%S} {words}"), "yellow"))


def _state(one: TriggerPass) -> Text:
    if one.why_not:
        return Text(visible(f"not watched: {one.why_not}"), "yellow")
    seen = f"{_percent(one.failed, one.total)} of {one.total:,}" if one.total else "no requests yet"
    weight = "–" if one.weight is None else f"{one.weight:.1f}"
    missing = f" · {one.missing:,} missing" if one.missing else ""
    return Text(visible(f"version {one.version}: {seen}, evidence {weight} / {one.line:.1f}{missing}"))


def _decision(time: str, one: TriggerPass, number: int, decided: Decided) -> Text:
    told = "to be carried out" if decided.is_to_be_done else "told, not carried out"
    head = visible(f"{time} {one.model} {one.trigger}: {measured_in_words(decided.kind, decided.snapshot)} → ")
    return Text.assemble(head, (decided.action, "red"), f" (decision {number}: {told})")


def measured_in_words(kind: str, snapshot: dict[str, Any]) -> str:
    """Why looks have led to a decision, with the line that what was measured was held against."""
    if kind != "tripped" or "about" in snapshot:
        return why_decided(kind, snapshot)
    shares = f"{_percent(snapshot['failed'], snapshot['total'])} of {snapshot['total']:,} since it serves"
    return f"{snapshot['trip']}: {shares}, evidence {snapshot['weight']:.1f} over {snapshot['line']:.1f}"


def show_decisions(found: Sequence[KeptDecision], console: Console) -> None:
    """Print the decisions, newest first."""
    if not found:
        line(console, Text("no trigger has led to a decision"))
        return
    headings = [
        Heading("", whole=True),
        Heading("at", whole=True),
        Heading("what", whole=True),
        Heading("why"),
        Heading("act", whole=True),
        Heading("state"),
    ]
    rows = [
        [
            Text(str(one.id), "dim"),
            Text(f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"),
            Text(visible(f"{one.model}@{one.version} {one.trigger}"), "bold"),
            Text(visible(measured_in_words(one.kind, one.snapshot))),
            Text(one.action),
            Text(visible(f"{one.state}{f': {one.why}' if one.why else ''}")),
        ]
        for one in found
    ]
    table(console, headings, rows)


def decisions_json(found: Sequence[KeptDecision]) -> dict[str, Any]:
    """The decisions as one document; times are ISO 8601 in UTC."""
    return {
        "version": 1,
        "decisions": [
            {
                "id": one.id,
                "at": one.at.astimezone(UTC).isoformat(),
                "model": one.model,
                "model_version": one.version,
                "epoch": one.epoch,
                "trigger": one.trigger,
                "kind": one.kind,
                "action": one.action,
                "state": one.state,
                "operation": one.operation,
                "why": one.why,
                "snapshot": one.snapshot,
            }
            for one in found
        ],
    }


def show_health(found: Sequence[WatchHealth], console: Console) -> None:
    """Print who isn't watched, or that everybody is."""
    for one in found:
        if not one.is_watched:
            since = "never looked" if one.silent_for is None else f"silent for {_seconds(one.silent_for)}"
            words = f"{one.model} {one.trigger}: {since}, at most {_seconds(one.may_be)} are right"
            line(console, Text(visible(words), "red"))
    if not found:
        line(console, Text("nothing serves that a published playbook measures"))
    elif all(one.is_watched for one in found):
        line(console, Text(f"{len(found)} of {len(found)} triggers are watched"))


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():,.0f} s"


def _percent(part: int, whole: int) -> str:
    return f"{part / whole * 100:.3g} %" if whole else "0 %"
