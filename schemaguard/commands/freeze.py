"""freeze: nobody switches a model, in neither direction, until somebody thaws it or a time has come."""

from datetime import datetime

from schemaguard.commands.site import Site
from schemaguard.errors import UsageError


def freeze(site: Site, model: str, reason: str, until: datetime | None = None) -> None:
    """Freeze a model. UsageError where it isn't published or `until` is past, ConflictError while it is switched."""
    if until is not None and until <= site.now():
        raise UsageError(f"{until:%Y-%m-%d %H:%M} UTC is past", at="--until", next="name a time that is still to come")
    site.database.freeze(model, (site.actor, reason), until)
