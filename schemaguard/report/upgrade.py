"""What an upgrade has applied, as text and as JSON."""

from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.applying.upgraded import RanRevision
from schemaguard.report.lines import line
from schemaguard.report.visible import visible


def show_revision(one: RanRevision, console: Console) -> None:
    """Print what one revision has done."""
    waited = f", {one.attempts} attempts" if one.attempts > 1 else ""
    head = Text.assemble(
        (visible(one.revision), "bold"), f"  {visible(one.message)}  ", (f"{one.seconds * 1000:,.0f} ms{waited}", "dim")
    )
    line(console, head)
    for what, cls in one.retired:
        line(console, Text(f"  {visible(what)} is retired, not dropped; its way back is {cls}"), indent=4)


def show_upgraded(ran: tuple[RanRevision, ...], console: Console) -> None:
    """Print how many revisions were applied."""
    if not ran:
        line(console, Text("nothing to apply: the database has all of them"))
        return
    several = "1 revision" if len(ran) == 1 else f"{len(ran)} revisions"
    line(console, Text(f"{several} applied", "bold green"))


def upgraded_json(history: str, ran: tuple[RanRevision, ...]) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "history": history,
        "revisions": [
            {
                "revision": one.revision,
                "message": one.message,
                "seconds": round(one.seconds, 3),
                "attempts": one.attempts,
                "retired": [{"object": what, "class": cls} for what, cls in one.retired],
            }
            for one in ran
        ],
    }
