"""What happened to a model, for the eye and as JSON."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.releases.chronicle import Happening
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_STYLES = {
    "rolled back": "bold yellow", "promoted": "bold green", "alias corrected": "yellow", "frozen": "bold cyan",
    "canary started": "bold green", "canary advanced": "bold green", "canary aborted": "bold yellow",
}  # fmt: skip
_INDENT = 21


def show_history(happenings: Sequence[Happening], console: Console) -> None:
    """Print a block a happening, oldest first."""
    if not happenings:
        line(console, Text("nothing has happened to it yet", "dim"))
    for each in happenings:
        line(console, Text.assemble((f"{_utc(each.at):%Y-%m-%d %H:%M:%S}  ", "dim"), *_head(each)), indent=_INDENT)
        for words in _details(each):
            line(console, Text(f"{' ' * _INDENT}{visible(words)}", "dim"), indent=_INDENT)


def history_json(happenings: Iterable[Happening]) -> dict[str, Any]:
    """The same as one document."""
    return {"version": 1, "happenings": [_document(each) for each in happenings]}


def _document(each: Happening) -> dict[str, Any]:
    return {
        "at": _utc(each.at).isoformat(),
        "what": each.what,
        "actor": each.actor,
        "from": each.before,
        "to": each.after,
        "epoch": each.epoch,
        "operation": each.operation,
        "reason": each.reason,
        "metric": each.metric,
        "detected_at": _utc(each.detected_at).isoformat() if each.detected_at is not None else None,
        "recovery_seconds": each.recovery.total_seconds() if each.recovery is not None else None,
        "alias": each.alias,
        "percent": each.percent,
    }


def _way(each: Happening) -> str:
    if each.percent and each.after is not None:
        return f"{visible(each.after)} with {each.percent} %"
    return f"{visible(each.before or 'nothing')} → {visible(each.after or 'nothing')}"


def _head(each: Happening) -> list[tuple[str, str]]:
    parts = [(f"{visible(each.what):<15}  ", _STYLES.get(each.what, "bold"))]
    if each.after is not None:
        alias = f"@{visible(each.alias)} " if each.alias else ""
        parts.append((f"{alias}{_way(each)}  ", ""))
    parts.append((f"by {visible(each.actor)}", ""))
    if each.operation is not None:
        parts.append((f"  operation {each.operation}", "dim"))
    return parts


def _details(each: Happening) -> list[str]:
    said = [each.reason] if each.reason and each.what != "alias moved" else []
    if each.metric:
        said.append(f"metric: {each.metric}")
    if each.detected_at is not None and each.recovery is not None:
        said.append(f"noticed {_utc(each.detected_at):%Y-%m-%d %H:%M:%S}, {_lasting(each.recovery)} before it was over")
    return said


def _lasting(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    if abs(seconds) < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if abs(seconds) < 2 * 3600 else f"{seconds / 3600:.1f} h"


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
