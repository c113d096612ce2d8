"""Folds changes into a catalog, as PostgreSQL would."""

from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Catalog


class Refusal(Exception):  # noqa: N818 - it is the modelled server's answer, not an error of ours
    """The server would refuse the change; `sqlstate` is what a client would get."""

    def __init__(self, message: str, sqlstate: str) -> None:
        super().__init__(message)
        self.message = message
        self.sqlstate = sqlstate


def apply(change: Change, catalog: Catalog) -> Catalog:
    """The catalog after the change.

    A table that the catalog doesn't know is taken to exist with unknown columns (an open world).
    Raises Refusal where PostgreSQL would certainly refuse.
    """
    raise NotImplementedError
