"""What serves, what is under way, what is out of sight: for the eye and as JSON."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.errors import command_line
from schemaguard.releases.overview import Reconciled, ServingWindow, Status
from schemaguard.releases.release import CapturedRows, Operation, Pointer, StepState
from schemaguard.report.drill import drill_json, drilled
from schemaguard.report.fence import fence_json, fence_row
from schemaguard.report.lines import line, size_of
from schemaguard.report.rehearse import rehearsal_json, rehearsed
from schemaguard.report.visible import visible

_INDENT = 12
"""Where what a label stands before begins."""


def status_json(status: Status) -> dict[str, Any]:
    """The status as DESIGN's document; times are ISO 8601 in UTC."""
    overview = status.overview
    return {
        "models": [_model_json(pointer, dict(windows), status) for pointer, windows in overview.models],
        "operations": [_operation_json(each, overview.at) for each in overview.operations],
        "retired": [{"object": each.object, "purge_after": _iso(each.purge_after)} for each in overview.retired],
        "captured": [_captured_json(each) for each in overview.captured],
        "owed": [{"object": each.object, "table": each.table, "why": each.why} for each in overview.debts],
        "held": [each.revision for each in overview.held],
        "drift": list(status.drift),
        "fence": fence_json(overview.fence),
        "servers": [
            {"model": each.model, "name": each.name, "epoch": each.epoch, "lease_until": _iso(each.lease_until)}
            for each in overview.servers
        ],
    }


def _captured_json(rows: CapturedRows) -> dict[str, Any]:
    return {
        "object": rows.object,
        "rows": rows.count,
        "bytes": rows.bytes,
        "given_back_at": _iso(rows.given_back_at),
        "purge_after": _iso(rows.purge_after),
    }


def _model_json(pointer: Pointer, windows: dict[str, ServingWindow], status: Status) -> dict[str, Any]:
    alias = status.aliases[pointer.model]
    previous = windows.get(pointer.previous) if pointer.previous else None
    canary = _release_json(windows.get(pointer.canary)) if pointer.canary else None
    return {
        "model": pointer.model,
        "epoch": pointer.epoch,
        "active": _release_json(windows.get(pointer.active)) if pointer.active else None,
        "canary": {**canary, "percent": pointer.canary_percent} if canary else None,
        "fallback": _release_json(windows.get(pointer.fallback)) if pointer.fallback else None,
        "previous": {"version": previous.version, "window_until": _iso(previous.window_until)} if previous else None,
        "alias": {"name": alias.name, "version": alias.version},
        "frozen": pointer.frozen,
        "drill": drill_json(drill) if (drill := status.overview.drills.get(pointer.model)) else None,
        "rehearsal": rehearsal_json(one) if (one := status.overview.rehearsals.get(pointer.model)) else None,
    }


def _release_json(window: ServingWindow | None) -> dict[str, Any] | None:
    if window is None:
        return None
    revision = ",".join(window.revision) or None
    return {"version": window.version, "contract": window.contract, "revision": revision}


def _operation_json(operation: Operation, at: datetime) -> dict[str, Any]:
    step = operation.step(operation.current)
    return {
        "id": operation.id,
        "kind": operation.kind.value,
        "model": operation.model,
        "step": operation.current.value,
        "state": operation.state.value,
        "age_seconds": round((at - operation.opened_at).total_seconds(), 1),
        "from": operation.from_version,
        "to": operation.to_version,
        "members": [
            {"model": each.model, "from": each.from_version, "to": each.to_version} for each in operation.switches
        ],
        "waits": step.detail.get("waits") if step.state is StepState.WAITING else None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def show_status(status: Status, console: Console) -> None:
    """Print the status: models first, then whatever isn't at rest."""
    for words in _lines(status):
        line(console, words, indent=_INDENT if words.plain.startswith(" ") else 0)


def _lines(status: Status) -> Iterator[Text]:
    overview = status.overview
    if not overview.models:
        yield Text("no model is published here: schemaguard contracts publish MODEL VERSION", "dim")
    for pointer, windows in overview.models:
        yield from _model_lines(pointer, dict(windows), status)
    for operation in overview.operations:
        step = operation.step(operation.current)
        waits = f": {step.detail['waits']}" if step.state is StepState.WAITING and "waits" in step.detail else ""
        words = str(operation).removeprefix("operation ")
        yield _row("operation", f"{words} {operation.state} in {operation.current}{waits}", "yellow")
        yield _row("", f"next: schemaguard resume {operation.id}", "dim")
    for retired in overview.retired:
        data = "its values of the other type" if retired.is_of_two else "with its data"
        yield _row("retired", f"{retired.object}, {data}; may be purged after {retired.purge_after:%Y-%m-%d}")
    for rows in overview.captured:
        yield _row("kept", _kept(rows))
    for debt in overview.debts:
        yield _row("owed", f"{debt} (schemaguard reconcile tries it again)", "yellow")
    for held in overview.held:
        yield _row("held", f"revision {held.revision}: {held.reason}")
    for server in overview.servers:
        alive = "" if server.lease_until > overview.at else " (lease over)"
        yield _row("server", f"{server.name} serves {server.model} at epoch {server.epoch}{alive}")
    yield _row("fence", fence_row(overview.fence), "" if overview.fence.elsewhere == "full" else "yellow")
    for drift in status.drift:
        yield _row("drift", drift, "bold red")


def _kept(rows: CapturedRows) -> str:
    count = "1 row" if rows.count == 1 else f"{rows.count} rows"
    state = ", given back" if rows.given_back_at is not None else ""
    what = f"{count} of {rows.table} that revision {rows.revision} changed ({size_of(rows.bytes)}){state}"
    return f"{what}; may be purged after {rows.purge_after:%Y-%m-%d}"


def _model_lines(pointer: Pointer, windows: dict[str, ServingWindow], status: Status) -> Iterator[Text]:
    if pointer.active is None:
        published = ", ".join(windows)
        yield Text.assemble((pointer.model, "bold"), f"  nothing serves yet; published: {published}")
        return
    active, alias = windows[pointer.active], status.aliases[pointer.model]
    words = Text.assemble((f"{pointer.model} {pointer.active}", "bold"), f"  serves at epoch {pointer.epoch}")
    if active.revision:
        words.append(f" on revision {', '.join(active.revision)}")
    if alias.version is not None:
        words.append(f" · alias {alias.name} → {alias.version}", "" if alias.version == pointer.active else "bold red")
    if pointer.frozen:
        words.append(f" · {visible(pointer.frozen_in_words)}", "bold yellow")
    yield words
    if pointer.canary:
        yield _row("canary", f"{pointer.canary} with {pointer.canary_percent} %")
    if pointer.fallback:
        yield _row("fallback", pointer.fallback)
    if one := status.overview.rehearsals.get(pointer.model):
        style = "" if one.outcome == "passed" else "yellow"
        yield _row("rehearsed", rehearsed(one, status.overview.at), style)
    if drill := status.overview.drills.get(pointer.model):
        is_due = drill.outcome == "failed" or drill.is_due(status.overview.at)
        yield _row("drilled", drilled(drill, status.overview.at), "yellow" if is_due else "")
    elif pointer.model in status.overview.undrilled:
        yield _row("drilled", f"never: {command_line('drill', pointer.model)}", "yellow")
    if pointer.previous and (previous := windows.get(pointer.previous)):
        yield _row("previous", f"{previous.version}, {_until(previous, status.overview.at)}")


def _until(window: ServingWindow, at: datetime) -> str:
    if window.window_until is None:
        return "in its window"
    if window.window_until <= at:
        return f"its window was over on {window.window_until:%Y-%m-%d}"
    return f"in its window until {window.window_until:%Y-%m-%d} ({(window.window_until - at).days} days)"


def _row(label: str, words: str, style: str = "") -> Text:
    return Text.assemble("  ", (f"{label:<{_INDENT - 2}}", "cyan"), (words, style))


def reconciled_json(round_: Reconciled) -> dict[str, Any]:
    """What one round of reconcile did."""
    return {
        "finished": list(round_.finished),
        "corrected": list(round_.corrected),
        "waiting": list(round_.waiting),
        "purgeable": list(round_.purgeable),
        "failed": list(round_.failed),
        "paid": list(round_.paid),
        "owed": list(round_.owed),
        "called": list(round_.called),
    }


def show_reconciled(round_: Reconciled, console: Console) -> None:
    """Print what one round of reconcile did."""
    groups = (
        ("finished", round_.finished, "green"),
        ("corrected", round_.corrected, "green"),
        ("back", round_.paid, "green"),
        ("called", round_.called, "green"),
        ("waiting", round_.waiting, "yellow"),
        ("owed", round_.owed, "yellow"),
        ("purgeable", tuple(f"{each}: its retention has ended" for each in round_.purgeable), ""),
        ("failed", round_.failed, "bold red"),
    )
    for label, lines, style in groups:
        for words in lines:
            line(console, _row(label, words, style), indent=_INDENT)
    if not any(lines for _, lines, _ in groups):
        console.print(Text("nothing to do: every alias is as its pointer says", "dim"))
