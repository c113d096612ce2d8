"""Deferred drops: what each still waits for, and what isn't known."""

from typing import TYPE_CHECKING, Any

from rich.text import Text

from schemaguard.releases.deferral import DeferredDrop, DropState
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

_LABEL = 12


def show(states: "Sequence[DropState]", source: str, written: "Sequence[str]", console: "Console") -> None:
    """Print each drop with its state, then the files that were written."""
    for state in states:
        word, style = _word(state)
        line(console, Text.assemble((f"{word:<8}", style), (visible(state.drop.object), "bold")), indent=8)
        _row(console, "since", f"{state.drop.since}, {state.drop.asked_by}: {state.drop.reason}")
        if state.revision is not None:
            _row(console, "revision", f"{state.revision} drops it: the contract revision of a split")
        for wait in state.waits:
            _row(console, "waits for", wait)
        for unknown in state.unknown:
            _row(console, "unknown", unknown)
    for path in written:
        line(console, Text(visible(f"wrote {path}"), "bold"))
    if not states:
        line(console, Text("no drop is deferred"))
    line(console, Text(visible(f"from {source}"), "dim"), indent=5)


def show_remembered(drops: "Sequence[DeferredDrop]", console: "Console") -> None:
    """Print what is remembered from now on."""
    for one in drops:
        line(console, Text(visible(f"remembered {one.object}: {one.reason}")), indent=11)
    if not drops:
        line(console, Text("nothing to remember: no drop is refused for the sake of a contract, or all are remembered"))


def _word(state: DropState) -> tuple[str, str]:
    if state.is_gone:
        return "gone", "dim"
    if state.waits:
        return "waits", "yellow"
    return ("unknown", "yellow") if state.unknown else ("ready", "green")


def _row(console: "Console", label: str, text: str) -> None:
    line(console, Text.assemble("  ", (f"{label:<{_LABEL - 2}}", "dim"), visible(text)), indent=_LABEL)


def document(states: "Sequence[DropState]", source: str, written: "Sequence[str]") -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "source": source,
        "drops": [
            {
                "object": state.drop.object,
                "history": state.drop.history,
                "since": state.drop.since.isoformat(),
                "asked_by": state.drop.asked_by,
                "reason": state.drop.reason,
                "state": _word(state)[0],
                "waits": list(state.waits),
                "unknown": list(state.unknown),
                "revision": state.revision,
            }
            for state in states
        ],
        "written": list(written),
    }
