"""The runbook of a model as Markdown, which prints on one page, and as JSON."""

from collections.abc import Iterator
from typing import Any

from schemaguard.releases.runbook import Runbook
from schemaguard.report.visible import visible


def runbook_text(found: Runbook) -> str:
    """A heading a case, what is known of it, and its commands."""
    return "\n".join(_lines(found))


def _lines(found: Runbook) -> Iterator[str]:
    yield f"# {visible(found.model)} at two in the morning"
    yield ""
    yield f"{visible(found.now)}, as of {found.at:%Y-%m-%d %H:%M} UTC."
    for entry in found.entries:
        yield ""
        yield f"## {entry.case}"
        yield ""
        yield from (f"{visible(each[0].upper() + each[1:])}." for each in entry.known)
        if entry.known and entry.commands:
            yield ""
        yield from (f"    {visible(each)}" for each in entry.commands)


def runbook_json(found: Runbook) -> dict[str, Any]:
    """The same as a document."""
    return {
        "model": found.model,
        "at": found.at.isoformat(timespec="seconds"),
        "now": found.now,
        "cases": [
            {"case": each.case, "known": list(each.known), "commands": list(each.commands)} for each in found.entries
        ],
    }
