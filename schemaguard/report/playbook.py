"""Playbooks: what is wrong with them, what they say, what their triggers would see and would have said."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.playbooks.durations import written
from schemaguard.playbooks.forecast import StepForecast, TriggerForecast
from schemaguard.playbooks.playbook import Playbook, PlaybookTrigger
from schemaguard.playbooks.reading import PlaybookProblem
from schemaguard.playbooks.replaying import TriggerReplay
from schemaguard.playbooks.trip import in_words
from schemaguard.report.check.sentences import plural
from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table
from schemaguard.report.visible import visible

_Files = Sequence[tuple[str, Playbook | None, Sequence[PlaybookProblem]]]


def show_problems(files: _Files, console: Console) -> None:
    """Print a line a problem, file:line first, and the count."""
    for file, playbook, found in files:
        for problem in found:
            colour = "red" if problem.is_error else "yellow"
            words = f"{file}:{problem.line}: "
            said = "" if problem.is_error else "warning: "
            shown = Text.assemble(visible(words), (said, colour), visible(f"{problem.path}: {problem.what}"))
            line(console, shown, indent=2)
        if playbook is not None:
            line(console, Text.assemble(visible(f"{file}: "), visible(_in_short(playbook))), indent=2)
    errors = sum(problem.is_error for _, _, found in files for problem in found)
    if errors:
        line(console, Text(plural(errors, "error"), "red"))


def problems_json(files: _Files) -> dict[str, Any]:
    """All files as one document."""
    return {
        "version": 1,
        "playbooks": [
            {
                "file": file,
                "model": playbook.model if playbook is not None else None,
                "problems": [
                    {"line": one.line, "path": one.path, "message": one.what, "error": one.is_error} for one in found
                ],
            }
            for file, playbook, found in files
        ],
    }


def _in_short(playbook: Playbook) -> str:
    steps = " / ".join(f"{step.percent} %" for step in playbook.canary.steps)
    return f"{playbook.model}, {plural(len(playbook.triggers), 'trigger')}, {steps}, mode {playbook.mode}"


def show_playbook(file: str, playbook: Playbook, console: Console) -> None:
    """Print what a playbook says: each trigger with its line and act, the steps, and the errors that it allows."""
    line(console, Text.assemble((visible(playbook.model), "bold"), visible(f" · {playbook.owner} · {file}")))
    acts = "decisions may be carried out" if playbook.mode == "act" else "decisions are told, never carried out"
    line(console, Text(f"mode {playbook.mode}: {acts}"))
    headings = [Heading("trigger", whole=True), Heading("trips at"), Heading("then", whole=True), Heading("a look")]
    rows = [
        [
            Text(visible(trigger.name), "bold"),
            Text(visible(_line_in_words(trigger))),
            Text(trigger.action),
            Text(written(playbook.length(trigger))),
        ]
        for trigger in playbook.triggers
    ]
    table(console, headings, rows)
    for number, step in enumerate(playbook.canary.steps, 1):
        asked = f" and {step.min_requests:,} requests" if step.min_requests else ""
        end = " (the promotion, watched on)" if step.percent == 100 else ""
        line(console, Text(f"step {number}: {step.percent} % for {written(step.hold)}{asked}{end}"))
    terms = playbook.evaluation
    line(
        console,
        Text(
            f"a healthy canary is rolled back or frozen in at most {terms.alpha * 100:g} % of all canaries; after it, "
            f"false alarms are at least {written(terms.false_alarm_every)} apart on average"
        ),
    )


def playbook_json(file: str, playbook: Playbook) -> dict[str, Any]:
    """What a playbook says, with its defaults."""
    return {
        "version": 1,
        "file": file,
        "model": playbook.model,
        "owner": playbook.owner,
        "mode": playbook.mode,
        "triggers": [
            {
                "name": trigger.name,
                "trip": in_words(trigger.trip),
                "against": "stable" if trigger.is_against_stable else "threshold",
                "action": trigger.action,
                "alpha": playbook.alpha(trigger),
                "look_seconds": playbook.length(trigger).total_seconds(),
            }
            for trigger in playbook.triggers
        ],
        "steps": [
            {"percent": step.percent, "hold_seconds": step.hold.total_seconds(), "min_requests": step.min_requests}
            for step in playbook.canary.steps
        ],
        "alpha": playbook.evaluation.alpha,
    }


def _line_in_words(trigger: PlaybookTrigger) -> str:
    against = f", and {trigger.margin:g} × stable" if trigger.is_against_stable else ""
    return in_words(trigger.trip) + against


def show_forecast(playbook: Playbook, found: Sequence[TriggerForecast], requests: float, console: Console) -> None:
    """Print, for each trigger and step, how long a bad canary goes unseen, and what would mend it."""
    headings = [
        Heading("trigger", whole=True),
        Heading("step", whole=True),
        Heading("requests a look"),
        Heading("seen after"),
    ]
    rows = [
        [
            Text(visible(each.trigger), "bold"),
            Text(f"{step.number}: {step.percent} %"),
            Text(f"{step.requests:g}"),
            _seen_after(step),
        ]
        for each in found
        for step in each.steps
    ]
    if rows:
        table(console, headings, rows)
    for each in found:
        if each.advice:
            words = f"{each.trigger}, {_percent(each.fault)} of failures: {each.advice}"
            line(console, Text.assemble(("next: ", "yellow"), visible(words)), indent=2)
    others = [trigger.name for trigger in playbook.triggers if trigger.name not in {each.trigger for each in found}]
    if others:
        line(console, Text(visible(f"not forecast, for they don't count failures: {', '.join(others)}"), "dim"))
    line(
        console,
        Text(
            f"at {requests:g} requests a second; half of all such canaries are seen sooner; "
            f"alpha {playbook.evaluation.alpha * 100:g} % over {plural(len(playbook.triggers), 'trigger')}",
            "dim",
        ),
    )


def forecast_json(found: Sequence[TriggerForecast], requests: float) -> dict[str, Any]:
    """The delays as one document; seconds, null where more than half of the canaries aren't seen."""
    return {
        "version": 1,
        "requests_per_second": requests,
        "triggers": [
            {
                "trigger": each.trigger,
                "fault": each.fault,
                "advice": each.advice,
                "steps": [
                    {
                        "step": step.number,
                        "percent": step.percent,
                        "requests_per_look": step.requests,
                        "median_seconds": None if step.delay is None else step.delay.total_seconds(),
                        "holds_long_enough": step.holds_long_enough,
                    }
                    for step in each.steps
                ],
            }
            for each in found
        ],
    }


def _seen_after(step: StepForecast) -> Text:
    if step.delay is None:
        return Text.assemble(f"not within {written(step.hold)} ", ("✗", "red"))
    seconds = round(step.delay.total_seconds())
    shown = f"≈ {seconds} s" if seconds < 180 else f"≈ {seconds / 60:.0f} min"
    if step.holds_long_enough:
        return Text(shown)
    return Text.assemble(f"{shown}, but the step holds {written(step.hold)} ", ("✗", "red"))


def show_replay(
    version: str, stable: str | None, triggers: Sequence[TriggerReplay], playbook: Playbook, console: Console
) -> None:
    """Print what each trigger would have said of the file, and the first act."""
    headings = [
        Heading("trigger", whole=True),
        Heading("looks", whole=True),
        Heading("missing", whole=True),
        Heading("failures"),
        Heading("evidence", whole=True),
        Heading("trips"),
    ]
    rows = [
        [
            Text(visible(each.trigger.name), "bold"),
            Text(f"{each.looks:,}"),
            Text(f"{each.missing:,}", "yellow" if each.missing else ""),
            Text(_failures(each)),
            Text(f"{_evidence(each.peak)} / {each.terms.line:.1f}"),
            Text(f"{_time(each.tripped_at)} → {each.trigger.action}", "red") if each.tripped_at else Text("never"),
        ]
        for each in triggers
    ]
    if rows:
        table(console, headings, rows)
    unheard = [one.name for one in playbook.triggers if one.name not in {each.trigger.name for each in triggers}]
    if unheard:
        line(console, Text(visible(f"no rows of {', '.join(unheard)}"), "dim"))
    line(console, Text(visible(_first_act(version, stable, triggers, playbook))))


def replay_json(file: str, version: str, stable: str | None, triggers: Sequence[TriggerReplay]) -> dict[str, Any]:
    """What each trigger would have said, as one document; times are ISO 8601 in UTC."""
    return {
        "version": 1,
        "file": file,
        "model_version": version,
        "stable": stable,
        "triggers": [
            {
                "trigger": each.trigger.name,
                "action": each.trigger.action,
                "looks": each.looks,
                "missing": each.missing,
                "failed": each.known.failed,
                "total": each.known.total,
                "peak": None if math.isinf(each.peak) else each.peak,
                "line": each.terms.line,
                "tripped_at": _iso(each.tripped_at),
                "silent_at": _iso(each.silent_at),
            }
            for each in triggers
        ],
    }


_STRONGEST = ("rollback", "fallback", "freeze", "advise")


def _first_act(version: str, stable: str | None, triggers: Sequence[TriggerReplay], playbook: Playbook) -> str:
    against = f" against {stable}" if stable is not None else ""
    tripped = sorted(
        (
            (each.tripped_at, _STRONGEST.index(each.trigger.action), each.trigger)
            for each in triggers
            if each.tripped_at
        ),
        key=lambda one: one[:2],
    )
    if tripped:
        at, _, trigger = tripped[0]
        return f"{version}{against}: {trigger.action} at {_time(at)}, for {trigger.name}"
    silent = sorted(each.silent_at for each in triggers if each.silent_at is not None)
    if silent:
        return f"{version}{against}: {playbook.evaluation.missing_then} at {_time(silent[0])}: looks were missing"
    return f"{version}{against}: nothing would have been done"


def _failures(each: TriggerReplay) -> str:
    known = each.known
    return f"{_percent(known.failed / known.total)} of {known.total:,}" if known.total else "no requests"


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"


def _evidence(weight: float) -> str:
    return "–" if math.isinf(weight) else f"{weight:.1f}"


def _time(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at is not None else ""


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at is not None else None
