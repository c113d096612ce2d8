"""A statement that the modelled server refuses: what that means, and what to do about it."""

from schemaguard.catalog.changes import Change, Opaque
from schemaguard.history.revision import Step

EFFECT = "the migration fails here, unless the database has something that no migration of this history made"
INSTEAD = "correct the statement, or pass --initial a dump of what exists before the first migration"


def is_refused(change: Opaque) -> bool:
    """Whether it stands for a refusal, rather than for something that can't be read."""
    return change.refused is not None


def is_certain(change: Change, step: Step) -> bool:
    """Whether the change stands for a certain refusal of a statement that certainly runs."""
    return isinstance(change, Opaque) and change.refused is not None and change.refused.certain and not step.conditional
