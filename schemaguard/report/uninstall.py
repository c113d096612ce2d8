"""What was uninstalled: for the eye and as JSON."""

from typing import Any

from rich.console import Console

from schemaguard.releases.overview import Uninstalled
from schemaguard.report.visible import visible


def uninstalled_json(done: Uninstalled, *, dry_run: bool) -> dict[str, Any]:
    """What was (or would be) removed."""
    return {"version": 1, "dry_run": dry_run, "removed": list(done.removed), "kept_roles": list(done.kept_roles)}


def show_uninstalled(done: Uninstalled, console: Console, *, dry_run: bool) -> None:
    """Print what was (or would be) removed."""
    for each in done.removed:
        console.print(visible(f"{'would be removed' if dry_run else 'removed'}  {each}"), soft_wrap=True)
    for each in done.kept_roles:
        console.print(visible(f"kept  role {each}: another database of this server needs it"), soft_wrap=True)
