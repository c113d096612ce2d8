"""What was bound to what."""

from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.registry.publication import Published
from schemaguard.report.lines import line
from schemaguard.report.visible import visible


def show(published: Published, console: Console) -> None:
    """Print what was bound to what."""
    publication, views = published.publication, published.views
    verb = "PUBLISHED" if published.is_new else "UNCHANGED"
    facts = [f"contract {publication.contract.version} ({publication.contract.digest[:12]})"]
    if views.views:
        facts.append(f"views {views.schema}: {', '.join(view.name for view in views.views)}")
    facts.append(visible(publication.contract.file))
    line(
        console,
        Text.assemble((f"{verb} ", "bold green"), (visible(publication.name), "bold"), f"  {' · '.join(facts)}"),
    )
    for remark in published.remarks:
        line(console, Text.assemble("  ", ("warning", "yellow"), f" {visible(remark)}"), indent=4)


def document(published: Published) -> dict[str, Any]:
    """What was bound to what, as one document."""
    publication, views = published.publication, published.views
    return {
        "version": 1,
        "model": publication.contract.model,
        "model_version": publication.version,
        "digest": publication.contract.digest,
        "file": publication.contract.file,
        "is_new": published.is_new,
        "view_schema": views.schema if views.views else None,
        "views": [view.name for view in views.views],
        "remarks": list(published.remarks),
    }
