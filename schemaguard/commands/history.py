"""history: what happened to a model's pointer, and to its alias in the registry, which keeps no history of its own."""

from schemaguard.commands.site import Site
from schemaguard.releases.chronicle import Happening


def history(site: Site, model: str, limit: int | None = None) -> tuple[Happening, ...]:
    """The newest happenings, oldest first. UsageError where nothing of that model is published."""
    found = site.database.chronicle(model)
    return found[-limit:] if limit is not None else found
