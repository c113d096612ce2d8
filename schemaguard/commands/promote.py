"""promote: put a model version to serve, and make the database ready for it first."""

from schemaguard.commands.release import Request
from schemaguard.releases.plan import Wanted
from schemaguard.releases.release import Intent, OperationKind


def promotion(
    model: str, version: str, intent: Intent, *, if_epoch: int | None = None, fallback: str | None = None,
    alias: str = "champion",
) -> Request:  # fmt: skip
    """The request that promotes a model version."""
    return Request(model, Wanted(OperationKind.PROMOTE, version, if_epoch, fallback, alias), intent)
