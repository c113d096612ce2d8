"""rollback: take model and schema back together, to the version that served before or to a named one."""

from schemaguard.commands.release import Request
from schemaguard.releases.plan import Wanted
from schemaguard.releases.release import Intent, OperationKind


def rollback(
    model: str, version: str | None, intent: Intent, *, if_epoch: int | None = None, alias: str = "champion"
) -> Request:
    """The request that rolls a model back; `version` None goes to the fallback, else to what served before."""
    return Request(model, Wanted(OperationKind.ROLLBACK, version, if_epoch, None, alias), intent)
