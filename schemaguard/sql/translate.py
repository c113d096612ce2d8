"""One statement to the changes it makes."""

from schemaguard.catalog.changes import Change


def translate(sql: str) -> tuple[Change, ...]:
    """The changes of one statement, one an action, in order; never empty, never raises: the unreadable is Opaque."""
    raise NotImplementedError
