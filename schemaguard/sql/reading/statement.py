"""A statement and where it stands; apart from what reads it, which a history that is remembered doesn't need."""

from schemaguard.finding import Place
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its SQL without the final semicolon, its place, and the comments that stand above or beside it.

    `source` is what the author wrote at `place` where that isn't the SQL itself (an `op.` call), else None.
    """

    sql: str
    place: Place
    comments: tuple[str, ...] = ()
    source: str | None = None
