"""What became of golden rows, as text and as JSON."""

from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.report.lines import line
from schemaguard.report.visible import visible
from schemaguard.verification.golden import TOLERANCE, Rescored


def show_rescored(who: str, found: Rescored, console: Console) -> None:
    """Print whether the rows mean the same."""
    compared = f"{found.rows:,} rows"
    if found.missing:
        compared += f" ({found.missing:,} more are gone)"
    if found.holds:
        scores = f"same scores ± {TOLERANCE:.0e}".replace("e-0", "e-") if found.is_scored else "scores not compared"
        line(console, Text.assemble((visible(who), "bold"), f"  {compared}, same values, ", scores))
        return
    line(console, Text.assemble((visible(who), "bold"), f"  {compared}: ", ("not the same", "bold red")))
    for each in found.differences:
        line(console, Text(f"  {visible(each)}"), indent=4)


def rescored_json(who: str, found: Rescored) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "who": who,
        "holds": found.holds,
        "rows": found.rows,
        "missing": found.missing,
        "scored": found.is_scored,
        "differences": list(found.differences),
    }
