"""What served at a time, for the eye and as JSON."""

from datetime import UTC
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.releases.chronicle import PastRelease
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_WIDTH = 10


def show_past(past: PastRelease, console: Console) -> None:
    """Print a line a fact."""
    line(
        console,
        Text.assemble((f"{visible(past.model)} {visible(past.version)}", "bold green"), f"  epoch {past.epoch}"),
    )
    facts = [
        ("since", f"{past.since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, by {past.actor}"),
        ("why", past.reason),
        ("contract", f"{past.contract_file}  {past.contract[:12]}"),
        ("schema", ", ".join(past.revisions) or "no revision is known"),
        *(("data", f"{file}  {digest}") for file, digest in sorted(past.data.items())),
    ]
    for name, words in facts:
        if words:
            line(console, Text.assemble((f"  {name:<{_WIDTH}}", "dim"), visible(words)), indent=_WIDTH + 2)


def past_json(past: PastRelease) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "model": past.model,
        "at": past.at.astimezone(UTC).isoformat(),
        "model_version": past.version,
        "epoch": past.epoch,
        "since": past.since.astimezone(UTC).isoformat(),
        "actor": past.actor,
        "reason": past.reason,
        "contract": {"file": past.contract_file, "digest": past.contract},
        "revisions": list(past.revisions),
        "data": dict(past.data),
    }
