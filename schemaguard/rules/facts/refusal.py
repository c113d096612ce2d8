"""A statement that the modelled server refuses: what that means, and what to do about it."""

from schemaguard.catalog.changes import Opaque
from schemaguard.history.folding import REFUSED

EFFECT = "the migration fails here, unless the database has something that no migration of this history made"
INSTEAD = "correct the statement, or give --initial the dump that the history takes for granted"


def is_refused(change: Opaque) -> bool:
    """Whether it stands for a refusal, rather than for something that can't be read."""
    return change.reason.startswith(REFUSED)
