"""A plan, and what came of it: for the eye and as JSON."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.releases.document import plan_hash, to_document
from schemaguard.releases.execute import Done, OperationOutcome, StepOutcome
from schemaguard.releases.release import OperationKind, ReversalClass, StepName, StepState
from schemaguard.releases.steps import STEPS
from schemaguard.releases.together import OperationPlan
from schemaguard.report.lines import harmless

_CLASS_STYLES = {
    ReversalClass.INSTANT: "bold green",
    ReversalClass.SLOW: "bold yellow",
    ReversalClass.NEEDS_VALUES: "bold yellow",
}
_VERBS = {
    OperationKind.PROMOTE: ("promote", "PROMOTED"),
    OperationKind.ROLLBACK: ("roll back", "ROLLED BACK"),
    OperationKind.CANARY: ("canary of", "CANARY"),
    OperationKind.ADVANCE: ("advance the canary of", "ADVANCED"),
    OperationKind.ABORT: ("abort the canary of", "ABORTED"),
}
_MARKS = {StepState.DONE: ("✓", "bold green"), StepState.WAITING: ("…", "bold yellow")}
_SAID = ("waits", "standbys", "doubt", "after", "server", "values")
"""What the JSON says of a step besides its state and its time, where there is something."""
_NAME_WIDTH = 9
_MS_WIDTH = 9


def show_plan(plan: OperationPlan, console: Console, warning: str | None = None) -> None:
    """Print what would be done, a step a block."""
    _line(console, _headline(plan))
    for step in STEPS:
        for number, words in enumerate(step.lines(plan)):
            name = step.name.value if number == 0 else ""
            _line(console, Text.assemble("  ", (f"{name:<{_NAME_WIDTH}}", "bold cyan"), words))
    if warning:
        _line(console, Text.assemble(("  warning  ", "bold yellow"), warning))


def show_done(done: Done, console: Console) -> None:
    """Print what was done, with milliseconds a step, and what came back."""
    outcome = done.outcome
    for step in STEPS:
        found = outcome.step(step.name)
        if found is not None:
            _show_step(found, step.lines(outcome.plan), console)
    if done.warning:
        _line(console, Text.assemble(("  warning  ", "bold yellow"), done.warning))
    _line(console, _closing(done))


def plan_json(plan: OperationPlan) -> dict[str, Any]:
    """A plan that wasn't carried out."""
    lead = plan.lead
    return {
        "operation": None,
        "model": plan.model,
        "from": lead.from_version,
        "to": lead.to_version,
        "epoch": lead.epoch,
        "members": _members(plan, 0),
        "class": plan.reversal_class.value,
        "plan_hash": plan_hash(plan),
        "steps": [{"name": s.name.value, "state": "planned", "acts": list(s.lines(plan))} for s in STEPS],
        "restored": list(plan.restored),
        "retired": [each.object for each in plan.leftovers],
        "plan": to_document(plan),
    }


def done_json(done: Done) -> dict[str, Any]:
    """What came of an operation; `epoch` is the one that it made."""
    outcome, plan = done.outcome, done.outcome.plan
    return {
        "operation": outcome.operation.id,
        "model": plan.model,
        "from": plan.lead.from_version,
        "to": plan.lead.to_version,
        "epoch": plan.lead.epoch + 1,
        "members": _members(plan, 1),
        "class": plan.reversal_class.value,
        "commit_ms": commit_ms(outcome),
        "total_ms": done.total_ms,
        "steps": [
            {"name": each.name.value, "state": each.state.value, "ms": each.ms}
            | {name: each.detail[name] for name in _SAID if name in each.detail}
            for each in outcome.steps
        ],
        "restored": list(plan.restored),
        "retired": _retired(outcome),
        # A row that the target's contract couldn't show makes the plan refused, so none is ever put aside.
        "quarantined_rows": 0,
        "held": list(plan.hold),
        "warning": done.warning,
    }


def commit_ms(outcome: OperationOutcome) -> float:
    """How long the transaction lasted that switched the pointer."""
    step = outcome.step(StepName.COMMIT)
    return float(step.detail.get("transaction_ms", step.ms)) if step else 0.0


def _members(plan: OperationPlan, further: int) -> list[dict[str, Any]]:
    return [
        {"model": each.model, "from": each.from_version, "to": each.to_version, "epoch": each.epoch + further}
        for each in plan.members
    ]


def _epochs(plan: OperationPlan, further: int) -> str:
    epochs = [str(each.epoch + further) for each in plan.members]
    return f"epoch{'s' if len(epochs) > 1 else ''} {' and '.join(epochs)}"


def _headline(plan: OperationPlan) -> Text:
    share = plan.lead.canary
    ways = plan.ways if share is None else f"{plan.model} {share.version} with {share.percent} %"
    return Text.assemble(
        (f"{_VERBS[plan.kind][0]} {ways}", "bold"),
        f"  at {_epochs(plan, 0)}  ",
        (plan.reversal_class.value, _CLASS_STYLES.get(plan.reversal_class, "bold red")),
    )


def _show_step(outcome: StepOutcome, acts: tuple[str, ...], console: Console) -> None:
    mark, style = _MARKS.get(outcome.state, ("·", "dim"))
    # INTENT is written when the operation is opened, in the same transaction: it has no duration of its own.
    ms = f"{outcome.ms:.1f} ms" if outcome.ms else ""
    for number, words in enumerate(acts):
        head = [
            (f"  {mark} ", style),
            (f"{outcome.name.value:<{_NAME_WIDTH}}", "bold cyan"),
            (f"{ms:>{_MS_WIDTH}}  ", ""),
        ]
        rest = [" " * (4 + _NAME_WIDTH + _MS_WIDTH + 2)]
        _line(console, Text.assemble(*(head if number == 0 else rest), words))
    for words, style in _besides(outcome):
        _line(console, Text.assemble(" " * (4 + _NAME_WIDTH + _MS_WIDTH + 2), (words, style)))


def _besides(outcome: StepOutcome) -> Iterator[tuple[str, str]]:
    """What is said of a step besides what it did, and how it looks."""
    said = outcome.detail
    yield from ((each, "") for each in said.get("values", ()))
    if standbys := said.get("standbys"):
        yield f"confirmed by {', '.join(standbys)}", ""
    if doubt := said.get("doubt"):
        yield f"{doubt}: should this server be lost now, the switch may be lost with it", "yellow"
    if after := said.get("after"):
        yield f"carried on after {after}", "yellow"
    if server := said.get("server"):
        yield f"{server}: see that the old primary is stopped, and stays it", "yellow"
    if waits := said.get("waits"):
        yield f"waits: {waits}", "yellow"


def _closing(done: Done) -> Text:
    outcome, plan = done.outcome, done.outcome.plan
    facts = [_epochs(plan, 1), f"commit {commit_ms(outcome):.1f} ms", f"{done.total_ms:.0f} ms in all"]
    if plan.restored:
        facts.append(f"restored {', '.join(plan.restored)}")
    if plan.hold:
        facts.append(f"held {', '.join(plan.hold)}")
    lead, share = plan.lead, ""
    if lead.canary is not None:
        share = f" with {lead.canary.percent} %"
    elif plan.kind is OperationKind.ABORT:
        share = f" alone, without {lead.from_version}"
    return Text.assemble(
        (f"{_VERBS[plan.kind][1]} ", "bold green"), (f"{plan.targets}{share}", "bold"), "  ", " · ".join(facts)
    )


def _retired(outcome: OperationOutcome) -> list[str]:
    step = outcome.step(StepName.FINISH)
    return list(step.detail.get("retired", ())) if step else []


def _line(console: Console, text: Text) -> None:
    console.print(harmless(text), soft_wrap=True)
