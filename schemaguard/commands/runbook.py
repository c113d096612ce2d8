"""runbook: what to do when a model goes wrong at night, filled in with what serves now."""

from schemaguard.commands.site import Site
from schemaguard.commands.status import status
from schemaguard.releases.runbook import Runbook, runbook_of


def runbook(site: Site, model: str) -> Runbook:
    """What to do about the model; UsageError where nobody published one of that name."""
    return runbook_of(model, status(site, model))
