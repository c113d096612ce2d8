"""Splits SQL text into statements with their exact place."""

from dataclasses import dataclass

from schemaguard.finding import Place


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its SQL without the final semicolon, its place, and the comments that stand above or beside it.

    `source` is what the author wrote at `place` where that isn't the SQL itself (an `op.` call), else None.
    """

    sql: str
    place: Place
    comments: tuple[str, ...] = ()
    source: str | None = None


def split(text: str, file: str, first_line: int = 1) -> tuple[Statement, ...]:
    """The statements of a text, in order; a text that can't be split comes back as one statement."""
    raise NotImplementedError
