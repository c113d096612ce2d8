"""What rehearsals found, as text and as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.releases.rehearsal import Rehearsal
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_STYLES = {"passed": "bold green", "failed": "bold red", "not covered": "bold yellow"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def show_rehearsals(found: Sequence[Rehearsal], console: Console) -> None:
    """Print what each rehearsal found."""
    if not found:
        line(console, Text("no model has anything to go back to", "dim"))
    for one in found:
        head = Text.assemble(
            (one.outcome.upper(), _STYLES[one.outcome]),
            f"  {visible(one.model)} {visible(one.from_version)} → {visible(one.to_version)}  ",
            (f"{one.cls}, {one.seconds * 1000:,.0f} ms on PostgreSQL {one.postgresql.split()[0]}", "dim")
            if one.seconds
            else (f"class {one.cls}", "dim"),
        )
        line(console, head)
        for reason in one.reasons:
            line(console, Text(f"  {visible(reason)}"), indent=4)
        if one.locks:
            line(console, Text(f"  locks: {visible(', '.join(one.locks))}", "dim"), indent=4)


def rehearsal_json(one: Rehearsal) -> dict[str, Any]:
    """One rehearsal as a document."""
    return {
        "model": one.model,
        "from": one.from_version,
        "to": one.to_version,
        "at": one.at.isoformat(),
        "outcome": one.outcome,
        "class": one.cls,
        "seconds": round(one.seconds, 3),
        "locks": list(one.locks),
        "reasons": list(one.reasons),
        "postgresql": one.postgresql,
    }


def rehearsed(one: Rehearsal, now: datetime) -> str:
    """When it was and what it found: `6 h ago: instant, 166 ms, to 7`."""
    return f"{_ago((now - one.at).total_seconds())}: {visible(one.in_words)}"


def _ago(seconds: float) -> str:
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "just now"
