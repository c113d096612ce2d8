"""at: what served at a time, on which schema and data, by whom and why."""

from datetime import datetime

from schemaguard.commands.site import Site
from schemaguard.errors import UsageError, command_line
from schemaguard.releases.chronicle import PastRelease


def at(site: Site, moment: datetime, model: str) -> PastRelease:
    """How a model was at a time. UsageError where it isn't published, or nothing of it served then."""
    if moment > site.now():
        raise UsageError(f"{moment:%Y-%m-%d %H:%M} UTC is still to come", at="TIME", next="name a time that is past")
    found = site.database.past_release(model, moment)
    if found is None:
        raise UsageError(
            f"no version of {model} served at {moment:%Y-%m-%d %H:%M} UTC",
            at="the ledger",
            next=command_line("history", model),
        )
    return found
