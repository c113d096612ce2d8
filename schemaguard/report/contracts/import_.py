"""What an import found and wrote."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.importing.contract import ImportOutcome
from schemaguard.report.check.sentences import plural
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_COLOURS = {"new": "green", "updated": "green", "edited": "red", "gone": "yellow", "unchanged": "dim"}


def show(outcomes: Sequence[ImportOutcome], left_out: Sequence[str], console: Console, *, is_written: bool) -> None:
    """Print a line a reader, what changed below it, and what was left out."""
    for one in outcomes:
        line(
            console,
            Text.assemble(
                (f"{one.state:<9}  ", _COLOURS[one.state]), (visible(one.name), "bold"), f"  {visible(one.file)}"
            ),
        )
        line(console, Text(visible(f"  {', '.join(one.tables)}"), "dim"), indent=2)
        for change in one.changes:
            line(console, Text(visible(f"  {change}"), "green" if change.startswith("+") else "red"), indent=4)
        for note in one.notes:
            line(console, Text.assemble(("  note: ", "yellow"), visible(note)), indent=2)
        if one.state == "edited":
            words = (
                "people changed the file, so it stays as it is: take over what is right, or delete it and import again"
            )
            line(console, Text.assemble(("  next: ", "yellow"), words), indent=2)
        if one.state == "gone":
            words = f"{visible(one.origin)} doesn't describe it any more: delete the file if nothing reads there"
            line(console, Text.assemble(("  next: ", "yellow"), words), indent=2)
    for why in left_out:
        line(console, Text.assemble(("left out: ", "yellow"), visible(why)), indent=2)
    counts = {state: sum(one.state == state for one in outcomes) for state in _COLOURS}
    said = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    what = plural(len(outcomes), "reader")
    end = "" if is_written else "; nothing was written"
    line(console, Text(f"{what}{f': {said}' if said else ''}{end}"))


def document(
    outcomes: Sequence[ImportOutcome], sources: Sequence[str], left_out: Sequence[str], *, is_written: bool
) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "written": is_written,
        "sources": list(sources),
        "left_out": list(left_out),
        "readers": [
            {
                "name": one.name,
                "origin": one.origin,
                "file": one.file,
                "state": one.state,
                "tables": list(one.tables),
                "changes": list(one.changes),
                "notes": list(one.notes),
            }
            for one in outcomes
        ],
    }
