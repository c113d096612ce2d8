"""thaw: a frozen model may be switched again."""

from schemaguard.commands.site import Site
from schemaguard.errors import UsageError


def thaw(site: Site, model: str, reason: str) -> None:
    """Let a model be switched again. UsageError where it isn't frozen."""
    if not site.database.thaw(model, (site.actor, reason)):
        raise UsageError(f"{model} is not frozen", next="schemaguard status")
