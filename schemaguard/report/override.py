"""Overrides that were granted."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.contracts.overrides import Override
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_INDENT = 2


def show_granted(
    overrides: Sequence[Override], renewed: Sequence[Override], not_in_ledger: str | None, console: Console
) -> None:
    """Print each override with its place, and whether the ledger has it; `not_in_ledger` says why it doesn't."""
    before = {override.key: override for override in renewed}
    for override in overrides:
        text = Text.assemble(
            ("OVERRIDDEN ", "bold yellow"),
            (f"{override.rule} on {visible(override.object)} for {visible(override.name)}", "bold"),
            f" until {override.until}",
        )
        line(console, text, indent=_INDENT)
        line(console, Text(f"  approved by {visible(override.approved_by)}, asked by {visible(override.asked_by)}"))
        line(console, Text(f"  {visible(override.reason)}"), indent=_INDENT)
        if override.key in before:
            earlier = before[override.key]
            words = f"  in place of the one until {earlier.until} that {visible(earlier.approved_by)} had approved"
            line(console, Text(words, "dim"), indent=_INDENT)
        line(console, Text(f"  {visible(override.file)}:{override.line}", "dim"), indent=_INDENT)
    if not_in_ledger is None:
        line(console, Text("written to the file and to the ledger", "dim"))
    else:
        line(console, Text(f"written to the file, not to the ledger: {visible(not_in_ledger)}", "yellow"))


def granted_json(overrides: Sequence[Override], not_in_ledger: str | None) -> dict[str, Any]:
    """The overrides as one document."""
    return {
        "version": 1,
        "overrides": [
            {
                "rule": override.rule,
                "object": override.object,
                "model": override.model,
                "model_version": override.version,
                "until": override.until.isoformat(),
                "reason": override.reason,
                "approved_by": override.approved_by,
                "asked_by": override.asked_by,
                "file": override.file,
                "line": override.line,
            }
            for override in overrides
        ],
        "in_ledger": not_in_ledger is None,
        "not_in_ledger": not_in_ledger,
    }
