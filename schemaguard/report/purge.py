"""What was purged: for the eye and as JSON."""

from typing import Any

from rich.console import Console

from schemaguard.releases.overview import Purged
from schemaguard.report.visible import visible


def purged_json(done: Purged, *, dry_run: bool) -> dict[str, Any]:
    """What was (or would be) dropped, and what stays."""
    return {"version": 1, "dry_run": dry_run, "purged": list(done.objects), "kept": list(done.kept)}


def show_purged(done: Purged, console: Console, *, dry_run: bool) -> None:
    """Print what was (or would be) dropped, and what stays."""
    for each in done.objects:
        console.print(visible(f"{'would be purged' if dry_run else 'purged'}  {each}"), soft_wrap=True)
    for each in done.kept:
        console.print(visible(f"kept  {each}"), soft_wrap=True)
    if not done.objects and not done.kept:
        console.print("nothing is retired", soft_wrap=True)
