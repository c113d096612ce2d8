"""Checks on the values of a column, as values.

NaN is a missing value here, as it is in a frame: it counts as NULL where a column is required, and no bound, enum or
uniqueness is held against it.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from enum import StrEnum
from typing import Literal

Sign = Literal["≥", ">", "≤", "<"]


class Kind(StrEnum):
    """How the values of a type are compared."""

    INTEGER = "integer"
    EXACT = "exact"
    SINGLE = "single"
    DOUBLE = "double"
    TEXT = "text"
    LABEL = "label"
    """An enum of the database: compared as its text."""
    BOOLEAN = "boolean"
    OTHER = "other"
    """Known to be equal or not, and nothing else."""
    INCOMPARABLE = "incomparable"


NUMBERS = (Kind.INTEGER, Kind.EXACT, Kind.SINGLE, Kind.DOUBLE)
FRACTIONS = (Kind.EXACT, Kind.SINGLE, Kind.DOUBLE)
STRINGS = (Kind.TEXT, Kind.LABEL)


@dataclass(frozen=True, slots=True)
class Required:
    """No NULL, and no NaN."""

    column: str


@dataclass(frozen=True, slots=True)
class Bound:
    """Every number on the promised side of a limit."""

    column: str
    sign: Sign
    limit: Decimal

    def limit_for(self, kind: Kind) -> Decimal:
        """The limit; for whole numbers the whole one that means the same, so that no column is cast to compare."""
        if kind is not Kind.INTEGER:
            return self.limit
        return self.limit.to_integral_value(ROUND_CEILING if self.sign in ("≥", "<") else ROUND_FLOOR)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Every value in a closed list."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoLonger:
    """No text of more characters."""

    column: str
    characters: int


@dataclass(frozen=True, slots=True)
class Distinct:
    """No two rows with the same value; rows without one don't count."""

    column: str


Check = Required | Bound | OneOf | NoLonger | Distinct


@dataclass(frozen=True, slots=True)
class Asked:
    """A check on a column whose values are compared in that way."""

    check: Check
    kind: Kind


def number(text: str) -> Decimal | None:
    """The number that a listed value means, None where it is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
