"""The standing answer to what a rollback would do, for the eye and as JSON."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.releases.dependents import Dependent, RollbackStanding
from schemaguard.report.lines import line
from schemaguard.report.plan import plan_json, show_plan
from schemaguard.report.visible import visible

_INDENT = 11


def show_standing(standing: RollbackStanding, console: Console) -> None:
    """Print the plan, who else is concerned, and what stands in the way."""
    if standing.plan is not None:
        show_plan(standing.plan, console)
    show_dependents(standing.dependents, console)
    for words in standing.obstacles:
        line(console, Text.assemble(("  obstacle ", "bold red"), visible(words)), indent=_INDENT)
    for words in standing.notes:
        line(console, Text.assemble(("  note     ", "yellow"), visible(words)), indent=_INDENT)
    model = visible(standing.model)
    if standing.is_ready:
        line(console, Text.assemble(("READY", "bold green"), f"  {model} can be rolled back now"), indent=None)
    else:
        line(console, Text.assemble(("NOT READY", "bold red"), f"  {model} can't be rolled back now"), indent=None)


def show_dependents(dependents: Iterable[Dependent], console: Console) -> None:
    """Print a line for everybody else who is concerned."""
    for each in dependents:
        style = "bold yellow" if each.loses or each.lacks else "dim"
        # A plan that takes something from somebody is refused: what is lacking was lacking before.
        fits = f"doesn't fit, as before: {each.lacks}" if each.lacks else "still fits"
        words = f"{each.who}: {each.why}" + ("" if each.loses else f"; {fits}")
        line(console, Text.assemble(("  concerns ", style), visible(words)), indent=_INDENT)


def standing_json(standing: RollbackStanding) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "model": standing.model,
        "ready": standing.is_ready,
        "obstacles": list(standing.obstacles),
        "notes": list(standing.notes),
        "dependents": dependents_json(standing.dependents),
        "plan": plan_json(standing.plan) if standing.plan is not None else None,
    }


def dependents_json(dependents: Iterable[Dependent]) -> list[dict[str, Any]]:
    """Everybody else who is concerned."""
    return [{"who": each.who, "why": each.why, "loses": each.loses, "lacks": each.lacks} for each in dependents]
